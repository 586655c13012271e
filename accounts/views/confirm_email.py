from allauth.account.views import ConfirmEmailView


class ConfirmEmail(ConfirmEmailView):  # type: ignore[misc]
    """Allauth's page, but opening it logs nobody out: only the button acts."""

    def logout_other_user(self, confirmation: object) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)
