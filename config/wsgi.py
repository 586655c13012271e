import os

from django.core.wsgi import get_wsgi_application

from config.patient_postgres import WEB_SECONDS, wait_at_most

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
wait_at_most(WEB_SECONDS)
application = get_wsgi_application()
