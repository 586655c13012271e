import pytest

from accounts.bounces.meaning import is_about_address, is_status_of_address


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (550, "no such person"),
        (550, "5.1.1 <a@example.org>: Recipient address rejected: User unknown"),
        (550, "5.1.1 The email account that you tried to reach does not exist"),
        (553, "5.1.2 no such host"),
        (556, "5.1.10 null MX"),
        (550, "5.2.1 mailbox disabled"),
        (552, "5.2.2 mailbox full"),
        (550, "5.4.4 Host not found"),
        (551, "User not local"),
    ],
)
def test_a_dead_mailbox_counts(code: int, said: str) -> None:
    assert is_about_address(code, said, at_recipient=True)


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (450, "4.2.1 greylisted"),
        (450, "5.1.1 says one thing and another"),
        (550, "5.7.1 blocked by policy"),
        (554, "5.7.26 unauthenticated mail"),
        (550, "5.1.8 sender address rejected: domain not found"),
        (553, "5.1.7 bad sender"),
        (552, "5.3.4 message too large"),
        (552, "5.2.3 message exceeds the limit of the mailbox"),
        (550, "blocked using a block list, see https://lists.example.org/"),
        (550, "Message rejected: looks like spam"),
        (550, "relaying denied"),
        (554, "no"),
        (521, "does not accept mail"),
        (503, "bad sequence"),
        (550, "5.0.0 something"),
    ],
)
def test_what_is_no_fault_of_the_address_does_not_count(code: int, said: str) -> None:
    assert not is_about_address(code, said, at_recipient=True)


def test_after_the_text_only_a_status_code_can_say_so() -> None:
    assert is_about_address(550, "5.1.1 unknown after all", at_recipient=False)
    assert not is_about_address(550, "no such person", at_recipient=False)
    assert not is_about_address(554, "5.6.0 content", at_recipient=False)


@pytest.mark.parametrize(
    ("status", "counts"),
    [("5.1.1", True), (" 5.2.2 ", True), ("4.2.2", False), ("2.1.5", False), ("5.1", False)],
)
def test_a_status_alone(status: str, counts: bool) -> None:
    assert is_status_of_address(status) is counts
