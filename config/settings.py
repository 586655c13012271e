"""Every choice of whoever runs the site is an environment variable, read here from top to bottom.

`.env` beside manage.py is read too. Secrets may come from a file: NAME_FILE names it.
Values are checked by `manage.py check` (config/checks.py), which says what to do.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config.addresses import broker_url, read_database_url, read_email_url, read_redis_url
from config.api_mail import read_api_mail
from config.environment import Environment
from config.log_lines import LEVELS, as_settings
from config.secrets import read_secret
from config.servers import paths

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = paths.var_directory()

env = Environment()
env.read_env(BASE_DIR / ".env")

# --- The site ---------------------------------------------------------------------------------
# Without SITE_URL this is a private site on one machine: loopback only, mail to /outbox/.
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
LOCAL = not SITE_URL
PORT = env.port("PORT", 8000)
HOST = env.str("HOST", default="127.0.0.1")
if LOCAL:
    SITE_URL = f"http://localhost:{PORT}"
SITE_NAME = env.str("SITE_NAME", default="Broadsheet")
CONTACT = env.str("CONTACT", default="")
# How many own proxies, one behind the other, stand before the site: so many entries at the end of
# X-Forwarded-For are believed, and X-Forwarded-Proto. Too many let clients choose their address.
TRUSTED_PROXIES = env.whole_number("TRUSTED_PROXIES", 0)

DEBUG = env.yes_or_no("DEBUG", default=False)
SECRET_KEY = read_secret(env, "SECRET_KEY", VAR)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Share links are signed apart from sessions, so that either key can be replaced alone.
LINK_KEY = read_secret(env, "LINK_KEY", VAR)
# Addresses that refused mail are known by a hash under this key: a new one forgets them.
ADDRESS_KEY = read_secret(env, "ADDRESS_KEY", VAR)

_site = urlsplit(SITE_URL)
_own_names = ["localhost", "127.0.0.1", "[::1]"] if LOCAL else [_site.hostname or ""]
ALLOWED_HOSTS = [*_own_names, *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [] if LOCAL else [f"{_site.scheme}://{_site.netloc}"]

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "accounts",
    "readinglists",
    "papers",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "config.collected.CollectedConfig",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "config.log_context.RequestIdMiddleware",
    "config.metrics.requests.MetricsMiddleware",
    "config.headers.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.hidden_origin.HiddenOriginMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.everybody.EverybodysPagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.rate_limits.middleware.RateLimitMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SessionListMiddleware",
    "accounts.middleware.StaffSecondStepMiddleware",
    "accounts.middleware.ReaderLanguageMiddleware",
    "accounts.middleware.ReaderTimezoneMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
    "accounts.middleware.DeletedMeanwhileMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
            ],
        },
    },
    # Mail is rendered by Jinja2: measured 5.5 times as many digests a second (docs/decisions.md).
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "mail",
        "DIRS": [BASE_DIR / "templates" / "emails"],
        "OPTIONS": {"environment": "accounts.digest.mail.environment"},
    },
    # So are the cards of papers, which made up most of a page.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "cards",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "papers.cards.environment"},
    },
]

# --- Postgres, Redis --------------------------------------------------------------------------
EMBEDDED_POSTGRES = not env.str("DATABASE_URL", default="")
EMBEDDED_REDIS = not env.str("REDIS_URL", default="")
DATABASES = {
    "default": {
        **read_database_url(env, default=paths.default_database_url(VAR)),
        "ENGINE": "config.patient_postgres",
        "CONN_MAX_AGE": env.whole_number("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = read_redis_url(env, default=paths.default_redis_url(VAR))
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "TIMEOUT": 3600,
        "KEY_PREFIX": "broadsheet",
    },
    # What limits count while Redis is away; asked for nothing else.
    "limits": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "papers_limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
# So long may what is the same for all visitors be old (papers/kept.py); 0 keeps nothing.
KEPT_SECONDS = 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Celery: the queues are `io` (threads: fetching, mail) and `cpu` (prefork) ------------------
CELERY_BROKER_URL = paths.default_broker_url(VAR) if EMBEDDED_REDIS else broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # what is lost is found again by the tick
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_PUBLISH_RETRY = False  # connecting is: what requests send goes by papers/nudges.py
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_TASK_ROUTES = {
    "papers.tasks.ingest_document": {"queue": "cpu"},
    "papers.tasks.beat_cpu": {"queue": "cpu"},
    "papers.tasks.follow_trending": {"queue": "cpu"},
    "accounts.tasks.match_papers": {"queue": "cpu"},
    "readinglists.tasks.work_on_import": {"queue": "cpu"},
}

# --- Processes (config/supervisor/children.py) --------------------------------------------------
# "sync" spares a quarter of a kept page and is only for a proxy in front that reads whole requests,
# as deploy/nginx does: else two idle connections of a browser hold such a worker up.
WEB_WORKERS = env.one_of("WEB_WORKERS", ("threads", "sync"))
WEB_PROCESSES = env.count("WEB_PROCESSES", 2)
WEB_THREADS = env.count("WEB_THREADS", 4)
IO_THREADS = env.count("IO_THREADS", 8)
CPU_PROCESSES = env.count("CPU_PROCESSES", 1)

# --- Accounts ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# Whether readers may make lists public; no: those that are stop being so, until it is yes again.
PUBLIC_LISTS = env.yes_or_no("PUBLIC_LISTS", default=True)
# Of the API: what one reader's tokens may ask together, and one network without any.
API_READS_PER_HOUR = env.whole_number("API_READS_PER_HOUR", 3000)
API_WRITES_PER_HOUR = env.whole_number("API_WRITES_PER_HOUR", 600)
API_VISITOR_REQUESTS_PER_HOUR = env.whole_number("API_VISITOR_REQUESTS_PER_HOUR", 300)
# All limits of pages (docs/limits.md) times so many, where a whole university has one address.
LIMITS_TIMES = env.whole_number("LIMITS_TIMES", 1)
FOLLOWS_PER_READER = env.whole_number("FOLLOWS_PER_READER", 200)
SILENCED_SYSTEM_CHECKS = [
    # preloading binds a whole domain for years: whoever owns it decides (SECURE_HSTS_PRELOAD)
    "security.W021",
]
# Allauth's is Django's own with login by email.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "papers:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "papers:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupExtras"
ACCOUNT_FORMS = {"signup": "accounts.signup_form.OneCommitSignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
# Only in the browser that signed up a moment ago; elsewhere the link leads to the login page.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
# Allauth asks accounts/adapter.py, which asks accounts/client_address.py; this is for its checks.
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# A second step at login: authenticator app, passkeys, and codes for the day they are lost.
MFA_ADAPTER = "accounts.two_factor.TwoFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a clock that is half a minute wrong (RFC 6238, 5.2)
MFA_FORMS = {
    "add_webauthn": "accounts.two_factor_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.two_factor_forms.RenamePasskeyForm",
    "authenticate_webauthn": "accounts.two_factor_forms.PasskeyStepForm",
    "login_webauthn": "accounts.two_factor_forms.PasskeyLoginForm",
    "reauthenticate_webauthn": "accounts.two_factor_forms.PasskeyAgainForm",
    "activate_totp": "accounts.two_factor_forms.ActivateAppForm",
    "authenticate": "accounts.two_factor_forms.SecondStepForm",
    "reauthenticate": "accounts.two_factor_forms.SecondStepAgainForm",
}
# Whether operators' pages open only to those who logged in with a second step.
STAFF_NEEDS_MFA = env.yes_or_no("STAFF_NEEDS_MFA", default=False)

# --- Mail -------------------------------------------------------------------------------------
# Without EMAIL_URL nothing leaves the machine: mail goes to var/outbox, shown at /outbox/.
# A provider's API stands in for it, and tells by webhook what came back: an extra.
_api_mail = read_api_mail(env)
API_MAIL_PROVIDER, ANYMAIL = _api_mail.provider, _api_mail.options
ANYMAIL_WEBHOOKS = _api_mail.takes_webhooks
if ANYMAIL_WEBHOOKS:
    INSTALLED_APPS.append("anymail")
EMAIL_CONFIGURED = bool(_api_mail.backend or env.str("EMAIL_URL", default=""))
if _api_mail.backend:
    EMAIL_BACKEND = _api_mail.backend
elif EMAIL_CONFIGURED:
    vars().update(read_email_url(env))
else:
    EMAIL_BACKEND = "accounts.outbox.OutboxBackend"
OUTBOX = VAR / "outbox"
OUTBOX_SHOWN = not EMAIL_CONFIGURED and (DEBUG or LOCAL)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"broadsheet@{_site.hostname}")
DIGEST_FROM_EMAIL = env.str("DIGEST_FROM_EMAIL", default=DEFAULT_FROM_EMAIL)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# For how long issues wait for papers of the day that are known to be missing; 0: they don't.
DIGEST_WAIT_MINUTES = env.whole_number("DIGEST_WAIT_MINUTES", 0)
# Whether an issue goes out again of which nobody knows whether it arrived.
DIGEST_RESEND_UNKNOWN = env.yes_or_no("DIGEST_RESEND_UNKNOWN", default=False)
# Where mail that cannot be delivered comes back to: `bounces@` gets `bounces+<token>@`.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
DKIM_SELECTOR = env.str("DKIM_SELECTOR", default="")
# Read every ten minutes, each where it is set (manage.py readbounces).
BOUNCE_IMAP_URL = env.str("BOUNCE_IMAP_URL", default="")
BOUNCE_MAILDIR = env.str("BOUNCE_MAILDIR", default="")
# 0: no limit. A host that is warmed up slowly, or a relay that allows so many.
DIGEST_MAILS_PER_MINUTE = env.whole_number("DIGEST_MAILS_PER_MINUTE", 0)
DIGEST_MAILS_PER_MINUTE_A_DOMAIN = env.whole_number("DIGEST_MAILS_PER_MINUTE_A_DOMAIN", 0)

# --- Papers -----------------------------------------------------------------------------------
ARXIV_CATEGORIES = env.list(
    "ARXIV_CATEGORIES", default=["cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML"]
)
ARXIV_RSS_URL = env.str("ARXIV_RSS_URL", default="https://rss.arxiv.org/rss")
ARXIV_API_URL = env.str("ARXIV_API_URL", default="https://export.arxiv.org/api/query")
ARXIV_OAI_URL = env.str("ARXIV_OAI_URL", default="https://oaipmh.arxiv.org/oai")
ARXIV_LIST_URL = env.str("ARXIV_LIST_URL", default="https://arxiv.org/list")
# The nightly OAI-PMH read, and the list page as second witness of how many papers there are.
ARXIV_REPAIR = env.yes_or_no("ARXIV_REPAIR", default=True)
ARXIV_WITNESS = env.yes_or_no("ARXIV_WITNESS", default=True)
HUGGINGFACE_URL = env.str("HUGGINGFACE_URL", default="https://huggingface.co/api/daily_papers")
CROSSREF_URL = env.str("CROSSREF_URL", default="https://api.crossref.org/works")
GITHUB_URL = env.str("GITHUB_URL", default="https://api.github.com/repos")
GITHUB_STARS = env.yes_or_no("GITHUB_STARS", default=True)
GITHUB_TOKEN = env.token("GITHUB_TOKEN")
SEMANTIC_SCHOLAR_URL = env.str(
    "SEMANTIC_SCHOLAR_URL", default="https://api.semanticscholar.org/graph/v1/paper/batch"
)
# Without a key the shared pool answers 429 more often than not, so citations are off.
SEMANTIC_SCHOLAR_KEY = env.token("SEMANTIC_SCHOLAR_KEY")
# host:port pairs inside the own network that feeds may be fetched from, for a local origin.
FETCH_ALLOWED_PRIVATE_HOSTS = env.list("FETCH_ALLOWED_PRIVATE_HOSTS", default=[])
ARXIV_SPACING_SECONDS = env.seconds("ARXIV_SPACING_SECONDS", 3.0)
ARXIV_LIST_SPACING_SECONDS = env.seconds("ARXIV_LIST_SPACING_SECONDS", 15.0)
FETCH_LARGEST_MB = env.whole_number("FETCH_LARGEST_MB", 15)
OAI_LARGEST_MB = env.whole_number("OAI_LARGEST_MB", 40)
SEARCH_INDEX = VAR / "index"

# --- Security ---------------------------------------------------------------------------------
_https = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_FAILURE_VIEW = "readinglists.views.lost_texts.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.yes_or_no("SECURE_SSL_REDIRECT", default=_https)
# Asked by machines of the inner network, which speak no https to a web server.
SECURE_REDIRECT_EXEMPT = [r"^metrics$", r"^healthz$", r"^readyz(/serve)?$"]
SECURE_HSTS_SECONDS = env.whole_number("SECURE_HSTS_SECONDS", 31_536_000 if _https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.yes_or_no("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=_https)
SECURE_HSTS_PRELOAD = env.yes_or_no("SECURE_HSTS_PRELOAD", default=False)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# No nonces: a cached page cannot hold one.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Language, time, files --------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
# Set only by who presses the switch (accounts/views/language.py): visitors have no cookie.
LANGUAGE_COOKIE_NAME = "__Host-language" if _https else "language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = _https
FORMAT_MODULE_PATH = "config.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
# An image has them built in, where nothing can be written.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or VAR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our files
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- Metrics and logs ---------------------------------------------------------------------------
# Who may read /metrics: whoever shows the token, or asks from one of these addresses or networks.
# Without either nothing is measured and there is no such page.
METRICS_TOKEN = env.token("METRICS_TOKEN")
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=[])
LOG_FORMAT = env.one_of("LOG_FORMAT", ("plain", "json"))
LOGGING = as_settings(env.one_of("LOG_LEVEL", LEVELS), LOG_FORMAT)
