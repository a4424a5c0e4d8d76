"""Joins the rows of all departments that are about one person or organisation."""
