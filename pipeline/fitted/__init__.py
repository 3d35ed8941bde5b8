"""What training fitted, at work without scikit-learn: its model files read into arrays, and the arrays evaluated.

To import scikit-learn, and SciPy's statistics and pandas with it, takes longer than to score a hundred documents.
"""
