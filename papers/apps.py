from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        # Registers its checks.
        from papers import checks  # noqa: F401
