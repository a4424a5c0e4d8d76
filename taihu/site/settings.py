"""The Django project's settings, read from the environment; nothing here needs the internet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from taihu.site import database, keys

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("TAIHU_VAR", ROOT / "var")).resolve()
PACKS = Path(os.environ.get("TAIHU_PACKS", ROOT / "packs")).resolve()

TAIHU_VAR = VAR
TAIHU_PACKS = PACKS
TAIHU_DEMO = os.environ.get("TAIHU_DEMO") == "1"
TAIHU_NODE = os.environ.get("TAIHU_NODE", "湖州市")
TAIHU_NODE_ENGLISH = os.environ.get("TAIHU_NODE_ENGLISH", "Huzhou")
# Behind a TLS proxy this is 1: cookies then travel by TLS only and HSTS is sent.
TAIHU_TLS = os.environ.get("TAIHU_TLS") == "1"

DEBUG = False
SECRET_KEY = keys.read_or_make(VAR / "keys" / "django-secret")
ALLOWED_HOSTS = [h for h in os.environ.get("TAIHU_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TAIHU_ORIGINS", "").split(",") if o]


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "taihu.site",
    "taihu.control.accounts",
    "taihu.control.flows",
    "taihu.control.outbox",
    "taihu.control.runs",
    "taihu.control.catalogue",
    "taihu.control.catalogue.lowering",
    "taihu.control.grants",
    "taihu.patterns.registers",
    "taihu.patterns.watch",
    "taihu.patterns.cases",
    "taihu.patterns.maps",
    "taihu.patterns.pages",
    "taihu.doors.desk",
    "taihu.doors.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "taihu.site.look.Choose",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "taihu.site.doorway.Doorway",
    "taihu.doors.desk.threshold.Threshold",
]

ROOT_URLCONF = "taihu.site.urls"
WSGI_APPLICATION = "taihu.site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "taihu.site.shell.describe",
            ],
        },
    },
]

DATABASES = {"default": database.describe(os.environ.get("TAIHU_DATABASE_URL", ""), VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
AUTH_PASSWORD_VALIDATORS += [{"NAME": f"taihu.control.accounts.passwords.{name}"} for name in ("Mixed", "Fresh")]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = TAIHU_TLS
CSRF_COOKIE_SECURE = TAIHU_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "taihu.site.errors.forged"
SECURE_SSL_REDIRECT = TAIHU_TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if TAIHU_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TAIHU_TLS
SECURE_HSTS_PRELOAD = TAIHU_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TAIHU_TLS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
# Files are served from where they lie in the apps; nothing is collected, so there is no root.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Addresses of assets carry a hash of their content (see templatetags), so a day is safe.
WHITENOISE_MAX_AGE = 24 * 3600
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}
APPEND_SLASH = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "taihu.site.lines.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
