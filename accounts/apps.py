from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Connects its receivers; models are loaded only now.
        from accounts import signals  # noqa: F401
