"""Training corpora: manifests, verified fetching, one reader per upstream format, removal of label leaks."""
