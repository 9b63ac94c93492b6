"""Owns signatures of receipts: ed25519 over the canonical bytes of what a receipt says. The only module that knows `cryptography`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST_BYTES = 1 << 16
"""Bytes that a key file may have."""


class CannotSign(ValueError):
    """A key that cannot be used, or no library to use it with; the message says which, in Chinese and English."""


def signed(body: bytes, key_file: str | os.PathLike[str]) -> tuple[str, str]:
    """The public key and the signature of `body`, both in hexadecimal, by the private key of a PEM file. Raises CannotSign."""
    key = _private(key_file)
    from cryptography.hazmat.primitives import serialization

    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return public.hex(), key.sign(body).hex()


def verified(body: bytes, signature: str, key_file: str | os.PathLike[str]) -> bool:
    """Whether `signature` is that of `body` by the owner of the public key of a PEM file. Raises CannotSign."""
    key = _public(key_file)
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(bytes.fromhex(signature), body)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(key_file: str | os.PathLike[str]) -> Ed25519PrivateKey:
    raw = _read(key_file)
    _library()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(raw, None)
    except TypeError:
        raise CannotSign(f"{key_file} 是有密码的私钥,请给没有密码的。 The private key has a password.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CannotSign(f"{key_file} 不是 PEM 格式的私钥。 It is no private key in PEM.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotSign(f"{key_file} 不是 ed25519 私钥。 It is no ed25519 key.")
    return key


def _public(key_file: str | os.PathLike[str]) -> Ed25519PublicKey:
    raw = _read(key_file)
    _library()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        raise CannotSign(f"{key_file} 不是 PEM 格式的公钥。 It is no public key in PEM.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CannotSign(f"{key_file} 不是 ed25519 公钥。 It is no ed25519 key.")
    return key


def _library() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise CannotSign(
            "签名要用 cryptography:pip install 'policydsl[sign]'。 Signing needs the extra `sign`."
        ) from None


def _read(key_file: str | os.PathLike[str]) -> bytes:
    try:
        if Path(key_file).stat().st_size > MOST_BYTES:
            raise CannotSign(f"{key_file} 太大,不像密钥文件。 Too large for a key.")
        return Path(key_file).read_bytes()
    except OSError as error:
        raise CannotSign(f"读不了密钥 {key_file}:{error.strerror}。 The key cannot be read.") from None
