"""A passkey in software, which answers as a browser does (WebAuthn Level 2, 5.1 and 6.1)."""

import hashlib
import json
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import User

FLAG = AuthenticatorData.FLAG
PRESENT = FLAG.UP | FLAG.UV


class SoftKey:
    """`host` is the one it is for; https://`host` is where it says that it was asked."""

    def __init__(self, host: str = "testserver") -> None:
        self.host = host
        self._secret = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(repr(self._secret.private_numbers()).encode()).digest()[:16]

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        public = ES256.from_cryptography_key(self._secret.public_key())  # type: ignore[no-untyped-call]
        data = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        signed = AuthenticatorData.create(self._host_hash(), PRESENT | FLAG.AT, 0, data)
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options),
            "attestationObject": websafe_encode(
                bytes(AttestationObject.create("none", signed, {}))
            ),
        }
        return {**self._answer(response), "clientExtensionResults": {"credProps": {"rk": True}}}

    def get(self, options: dict[str, Any], user: User) -> dict[str, Any]:
        signed = bytes(AuthenticatorData.create(self._host_hash(), PRESENT, 1))
        client_data = self._client_data("webauthn.get", options)
        what = signed + hashlib.sha256(websafe_decode(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": websafe_encode(signed),
            "signature": websafe_encode(self._secret.sign(what, ec.ECDSA(hashes.SHA256()))),
            "userHandle": websafe_encode(user_pk_to_url_str(user).encode()),
        }
        return {**self._answer(response), "clientExtensionResults": {}}

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"type": "public-key", "id": name, "rawId": name, "response": response}

    def _host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client_data(self, kind: str, options: dict[str, Any]) -> str:
        fields = {
            "type": kind,
            "challenge": options["publicKey"]["challenge"],
            "origin": f"https://{self.host}",
        }
        return str(websafe_encode(json.dumps(fields).encode()))


def give_passkey(user: User, key: SoftKey | None = None) -> Authenticator:
    credential = (key or SoftKey()).create({"publicKey": {"challenge": "AA"}})
    kind = Authenticator.Type.WEBAUTHN
    data = {"name": "A key", "credential": credential}
    row: Authenticator = Authenticator.objects.create(user=user, type=kind, data=data)
    return row
