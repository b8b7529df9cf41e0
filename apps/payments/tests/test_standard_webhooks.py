"""Callbacks are signed, and verified, as Standard Webhooks says."""

import pytest

from apps.payments.standard_webhooks import SignatureInvalid, signed_headers, verify

# The example that libraries of Standard Webhooks publish.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}
OTHER = "another secret, which is no Base64"


def test_signature_is_that_of_the_published_example():
    assert signed_headers(BODY, message_id=ID, timestamp=AT, secret=SECRET) == HEADERS


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_published_example_is_valid_for_a_few_minutes(seconds: int):
    assert verify(BODY, HEADERS, secrets=[SECRET], now=AT + seconds) == ID


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_callback_of_another_time_is_refused(seconds: int):
    with pytest.raises(SignatureInvalid):
        verify(BODY, HEADERS, secrets=[SECRET], now=AT + seconds)


@pytest.mark.parametrize("secrets", [[OTHER, SECRET], [SECRET, OTHER]])
def test_any_of_several_secrets_will_do(secrets: list[str]):
    assert verify(BODY, HEADERS, secrets=secrets, now=AT) == ID


def test_one_of_several_signatures_will_do():
    signatures = f"v1a,{SIGNATURE[3:]} v1,bm90IHRoaXM= {SIGNATURE}"

    assert verify(BODY, HEADERS | {"webhook-signature": signatures}, secrets=[SECRET], now=AT) == ID


def test_secret_without_the_prefix_is_the_key_itself():
    headers = signed_headers(BODY, message_id=ID, timestamp=AT, secret=OTHER)

    assert verify(BODY, headers, secrets=[OTHER], now=AT) == ID
    # echo -n 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' |
    #   openssl dgst -sha256 -hmac 'another secret, which is no Base64' -binary | base64
    assert headers["webhook-signature"] == "v1,fHdLwmtUoCwxzxIbzMrcjVwof4hSXVwp9YLpGOKiN4g="


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(AT + 1)},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": f"{AT}.0"},
        {"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": SIGNATURE[3:]},
        {"webhook-signature": SIGNATURE.replace("v1", "v2")},
        {"webhook-signature": SIGNATURE[:-1]},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,ключ"},
    ],
)
def test_changed_header_is_refused(changed: dict[str, str]):
    with pytest.raises(SignatureInvalid):
        verify(BODY, HEADERS | changed, secrets=[SECRET], now=AT)


@pytest.mark.parametrize("name", HEADERS)
def test_missing_header_is_refused(name: str):
    headers = {header: value for header, value in HEADERS.items() if header != name}

    with pytest.raises(SignatureInvalid):
        verify(BODY, headers, secrets=[SECRET], now=AT)


def test_other_body_and_other_secret_are_refused():
    with pytest.raises(SignatureInvalid):
        verify(BODY + b" ", HEADERS, secrets=[SECRET], now=AT)
    with pytest.raises(SignatureInvalid):
        verify(BODY, HEADERS, secrets=[OTHER], now=AT)
    with pytest.raises(SignatureInvalid):
        verify(BODY, HEADERS, secrets=[], now=AT)


def test_secret_that_only_begins_like_one_cannot_be_used():
    with pytest.raises(ValueError, match="Base64"):
        signed_headers(BODY, message_id=ID, timestamp=AT, secret="whsec_pa55word!")
