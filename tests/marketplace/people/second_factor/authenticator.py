"""A passkey in software (WebAuthn level 2, ES256, attestation "none"): what a browser and a device would answer."""

import base64
import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Authenticator:
    """One key for one site. What a test wants wrong it changes: `origin`, `site`, `flags`, `count`."""

    def __init__(self, origin: str, site: str) -> None:
        self.origin, self.site = origin, site
        self.flags, self.count = PRESENT | VERIFIED, 0
        self.id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, more: bytes = b"", flags: int = 0) -> bytes:
        return (
            hashlib.sha256(self.site.encode()).digest()
            + struct.pack(">BI", self.flags | flags, self.count)
            + more
        )

    def _answer(self, **response: bytes) -> str:
        return json.dumps({
            "id": encoded(self.id), "rawId": encoded(self.id), "type": "public-key",
            "response": {name: encoded(content) for name, content in response.items()},
        })  # fmt: skip

    def create(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        data = self._data(bytes(16) + struct.pack(">H", len(self.id)) + self.id + public, ATTESTED)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._client("webauthn.create", options), attestationObject=attestation
        )

    def get(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        client, data = self._client("webauthn.get", options), self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signed)
