"""The Django project and its look."""
