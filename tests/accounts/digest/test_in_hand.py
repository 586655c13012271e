from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.digest.in_hand import is_any, mail_in_hand


def test_a_mail_is_in_hand_until_the_last_sender_is_through(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    assert not is_any()
    with mail_in_hand():
        with mail_in_hand():
            assert is_any()
        assert is_any()
    assert not is_any()


def test_mail_goes_out_where_the_lock_cannot_be_written(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.VAR = tmp_path / "nowhere"
    sent = False
    with mail_in_hand():
        sent = True
        assert not is_any()
    assert sent
    assert "Nobody will wait for the mails in hand" in caplog.text
