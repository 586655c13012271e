"""TeX as authors write it in titles and abstracts. The rest of the site uses papers/latex.py."""
