"""Tests of winnow, in the shape of the package."""
