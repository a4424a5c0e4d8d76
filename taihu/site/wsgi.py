"""The WSGI application that the web process serves."""

from __future__ import annotations

import os

from django.core import wsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taihu.site.settings")

application = wsgi.get_wsgi_application()
