"""JSON web signatures by a key whose certificate goes along (RFC 7515, RFC 8017 §8.2), in plain arithmetic.

The key is nobody's: it was made for this suite, and everybody may have it.
"""

from __future__ import annotations

import base64
import hashlib
import json

from .builders import Json

CERTIFICATE = (
    "MIICtzCCAZ+gAwIBAgIBATANBgkqhkiG9w0BAQsFADAeMRwwGgYDVQQDDBNjb25mb3JtYW5jZS5leGFtcGxlMCAXDTI1MDEw"
    "MTAwMDAwMFoYDzIxMjUwMTAxMDAwMDAwWjAeMRwwGgYDVQQDDBNjb25mb3JtYW5jZS5leGFtcGxlMIIBIjANBgkqhkiG9w0B"
    "AQEFAAOCAQ8AMIIBCgKCAQEA1lM1PJBZvnqjgdXi+bPz7bpfE4t17wke1Z4yQyB6WIuyhjT/5mm3gmh+wvlZzfduG1EcZFno"
    "tKKQnFSxPQ0WIgXqP5PNXmsueIoiJTImcSOSvUwtzyEvdoZn++iOJjh6mZzcWK/0AlRdmVk8k4UdjxQTWyjMiJz4zIkNfs11"
    "mVgzPMGd5hP+0j7Lkcirqv2EDlcjkCAwgvi20us1kq5KcBQM8iZhml/fPvBfUc4I/UMcy+AgmgTq88Jiman+Dun4c+b07S1k"
    "i2ZPLAI+td+9pMWJnC4EbIDg9bUsDujsFcGiQrGikDlvihMUN32b94CK0Gd87Ja/78av/3aj5m4OUQIDAQABMA0GCSqGSIb3"
    "DQEBCwUAA4IBAQAoCIfoTcvNn+mxBGZAAKufaYmpuR/XBJ5Km6XepKrTENzdMuFi2zupKsQMj91L9nnNXpZlBjSK0cxzaWQd"
    "r65tT/KhKvoR++74JApXcFmZyxdcy6GQ3cjr/FGUBJofItt3wd738U3pl3KyJQtUmU6Vl+pv0TKwZhHFQ2aT4sUiKWE0NtVp"
    "VLB192OCklNbzqyL9o9Xs//MTyvXYJcB9Opdkc1irLyuk/s6m4QDvje9EvYybXdKOAbnQdpX3hsTyJT0ewRfZFLPevNPv5ev"
    "uk8DXGisbZtZmghCyarUy5lxTqHuYqOlkIRTKoB0oi6Vnor5QvpbxhQCa/rEaYsX+9V2"
)
_MODULUS = int(
    "d653353c9059be7aa381d5e2f9b3f3edba5f138b75ef091ed59e3243207a588bb28634ffe669b782687ec2f959cdf76e"
    "1b511c6459e8b4a2909c54b13d0d162205ea3f93cd5e6b2e788a22253226712392bd4c2dcf212f768667fbe88e26387a"
    "999cdc58aff402545d99593c93851d8f14135b28cc889cf8cc890d7ecd759958333cc19de613fed23ecb91c8abaafd84"
    "0e572390203082f8b6d2eb3592ae4a70140cf226619a5fdf3ef05f51ce08fd431ccbe0209a04eaf3c26299a9fe0ee9f8"
    "73e6f4ed2d648b664f2c023eb5dfbda4c5899c2e046c80e0f5b52c0ee8ec15c1a242b1a290396f8a1314377d9bf7808a"
    "d0677cec96bfefc6afff76a3e66e0e51",
    16,
)
_EXPONENT = int(
    "81df8016081ee9c6e507cb35343cf0a670d62640cf211f34b91b98b78699bcc842510312c26bf350a9c38ea08ce3bb78"
    "d442cd629dfcde60d822734bc78403927065274b881a1bf6d802547897b025c4f9a98ddd0073ca90171831d5153661e9"
    "20e6a5bb743bf7a169ea7fe1ae3eeecf81c9cce6a7326d747274e6619d5d12a2fcda671ba95181ed4d866047fdde674c"
    "bc2695eaa40b98f3b85463038e74df45db61221784b5625dc81131423640032701448a19ee8877a0456915bbaa6bd91a"
    "bd8b269713d7553e631e114ac35b4a863981ce80a4493a8aa487c3b7b0d01cd89eb94e33075e3e1cc83efb1252dd83eb"
    "f901eded314f376a7db00ebd383c021",
    16,
)
_BYTES = 256
# DigestInfo of each hash, without the hash itself (RFC 8017 §9.2).
_DIGEST_INFO = {
    "RS256": ("sha256", "3031300d060960864801650304020105000420"),
    "RS384": ("sha384", "3041300d060960864801650304020205000430"),
    "RS512": ("sha512", "3051300d060960864801650304020305000440"),
}


def sign(value: Json, algorithm: str = "RS256") -> bytes:
    """Return a compact JWS of a statement, with the certificate of the key in its header."""
    header = {"alg": algorithm, "x5c": [CERTIFICATE]}
    signed = _encode(json.dumps(header).encode()) + b"." + _encode(json.dumps(value).encode())
    return signed + b"." + _encode(_signature(signed, algorithm))


def _signature(message: bytes, algorithm: str) -> bytes:
    name, info = _DIGEST_INFO[algorithm]
    digest = bytes.fromhex(info) + hashlib.new(name, message).digest()
    padded = b"\x00\x01" + b"\xff" * (_BYTES - 3 - len(digest)) + b"\x00" + digest
    return pow(int.from_bytes(padded), _EXPONENT, _MODULUS).to_bytes(_BYTES)


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
