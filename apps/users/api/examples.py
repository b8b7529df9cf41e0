"""Examples of accounts in the schema. The requests work on the demo data, and are sent by a test."""

ACCOUNT = {"username": "anna", "email": "anna@example.com", "password": "a-long-walk-by-the-sea"}
LOGIN = {"username": "customer", "password": "online-store-demo"}
REFRESH = {"refresh": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl"}
TOKEN_PAIR = {
    "access": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl",
    **REFRESH,
}
USER = {"id": 3, "username": "anna", "email": "anna@example.com"}
NAMES = {"first_name": "Анна", "last_name": "Смирнова"}
OWN_ACCOUNT = {**USER, "email_verified": True, **NAMES, "date_joined": "2026-11-24T09:00:00.125000Z"}
OWN_PASSWORD = {"password": LOGIN["password"]}
PASSWORD_CHANGE = {"old_password": LOGIN["password"], "new_password": "a-long-walk-by-the-river"}
REMAINDER = {"open_orders": [72], "documents": 0}
ADDRESS = {"email": "anna@example.com"}
MAILED_TOKEN = {"token": "Mw.d1k2r4-5c0a9f3e7b1d8a6c4e2f0b9d7a5c3e1f"}
PASSWORD_RESET = {**MAILED_TOKEN, "new_password": "a-long-walk-by-the-river"}
ADDRESS_CHANGE = {**OWN_PASSWORD, "new_email": "anna.smirnova@example.com"}
SESSION = {
    "id": "5f0c6a52-7a0e-4f3b-9d46-0a4f5f4b8c11",
    "device": "Anna's phone",
    "ip": "203.0.113.7",
    "created_at": "2026-11-24T09:00:00.125000Z",
    "last_used_at": "2026-11-24T09:20:00.500000Z",
    "is_current": True,
}
