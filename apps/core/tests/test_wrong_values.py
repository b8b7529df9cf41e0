"""Each variable of `.env.example` with values that cannot be used, and the sentence that says so."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.core.tests.conftest import VARIABLES

FLAG = {"must be true or false": ["maybe", "2", "да", "true;", "ｔｒｕｅ"]}
RATE = {"must be a rate such as 20/hour or 600/minute, or empty": ["many", "0/hour", "5/week", "1e3/hour"]}
SECRET = {"must be a random text of at least 50 characters": ["short", "k" * 49]}
TOKEN = {"must be visible ASCII characters without spaces": ["two words", "ключ", "a\u00a0b"]}
FOLDER = {
    "must be a folder, but it cannot be created": [
        "/dev/null",
        "/dev/null/store",
        "/proc/store",
        "/tmp/" + "v" * 300,
    ]
}
WEB = "must be an address that begins with http:// or https://, such as https://shop.example"
MAILBOX = {
    "must be one e-mail address, such as orders@shop.example or Shop <orders@shop.example>": [
        "shop",
        "shop@",
        "@shop.example",
        "shop@shop..example",
        "sh op@shop.example",
        "Shop orders@shop.example",
        "Shop <orders@shop.example",
        "Shop, Ltd <orders@shop.example>",
        "a@shop.example, b@shop.example",
        "магазин@shop.example",
        f"{'a' * 65}@shop.example",
    ],
    "must be one line of UTF-8 text": ["shop@shop.example\nBcc: x@x.example", "Shop\r <a@shop.example>"],
}
ADDRESS = {
    WEB: [
        "shop.example",
        "//shop.example",
        "ftp://shop.example",
        "http:shop.example",
        "http://",
        "http://:8000",
        "https://shop.example/ path",
        'https://shop.example/"',
    ],
    f"{WEB}; percent-encode special characters": ["http://[::1", "http://sh[op.example"],
    f"{WEB}, without a user or password": ["https://me:pa55word@shop.example", "https://@shop.example"],
    f"{WEB}, without ? and #": ["https://shop.example?a=pa55word", "https://shop.example/?"],
    "must have a host name such as shop.example or an IP address": [
        "https://shop..example",
        "https://-shop.example",
        "https://999.1.1.1",
        "https://1.2.3",
        f"https://{'a' * 64}.example",
        "https://ma%20il.example",
    ],
    "must have a port from 1 to 65535": [
        "https://shop.example:port",
        "https://shop.example:0",
        "https://shop.example:65536",
    ],
}
POSTGRES = {
    "must be sqlite:///path or postgres://user:password@host:5432/name": [
        "store",
        "mysql://store:pa55word@db/store",
        "postgres:store",
        "postgres://store:pa55word@db/store table",
        "postgres://store:pa55word@[db/store",
        "postgres://store:pa55word#1@db/store",
    ],
    "the name of the database is missing": ["postgres://store:pa55word@db", "postgres://store:pa55word@db/"],
    "must have a port from 1 to 65535": [
        "postgres://store:pa55word@db:port/store",
        "postgres://store:pa55word@db:99999/store",
        "postgres://store:pa55/word@db/store",
        "postgres://store:pa55?word@db/store",
        "postgres://store:pa55word@::1/store",
        "postgres://store:pa55word@db:1:2/store",
    ],
    "must have a host name": ["postgres://store:pa55word@d b/store".replace(" ", "%20")],
    "has an invalid option: sslmode must be disable, allow, prefer, require, verify-ca or": [
        "postgres://store:pa55word@db/store?sslmode=reqire",
        "postgres://store:pa55word@db/store?sslmode=Require",
        "postgres://store:pa55word@db/store?sslmode=",
    ],
    "has an invalid option: sslrootcert must be the path of a readable file": [
        "postgres://store:pa55word@db/store?sslrootcert=/no/ca.pem"
    ],
    "has an invalid option: connect_timeout must be a whole number": [
        "postgres://store:pa55word@db/store?connect_timeout=soon"
    ],
    "has an unknown option: known options are application_name, ": [
        "postgres://store:pa55word@db/store?ssl_mode=require",
        "postgres://store:pa55word@db/store?pool=true",
        "postgres://store:pa55word@db/store?dbname=other",
        "postgres://store:5432?pa55word@db/store",
        "postgres://store:pa55word@db/store?",
    ],
    "has the option sslmode twice": ["postgres://store:pa55word@db/store?sslmode=require&sslmode=disable"],
    "has the host twice": ["postgres://store:pa55word@db/store?host=/run/postgresql"],
    "must be UTF-8 text where it is percent-encoded": ["postgres://store:pa55word%FF@db/store"],
    "must not contain control characters, not even percent-encoded": [
        "postgres://store:pa55word%00@db/store",
        "postgres://store:pa55word@db/st%0Aore",
    ],
}
MAIL_EXPECTED = "must be smtp://user:password@host:587?starttls=true or smtps://user:password@host:465"
S3_EXPECTED = "must be a folder, or s3://key:secret@bucket/prefix?endpoint=https://s3.example&region=name"
REDIS_EXPECTED = "must be redis://:password@host:6379/0, rediss:// (TLS) or sentinel://"

WRONG: dict[str, dict[str, list[str]]] = {
    "DJANGO_DEBUG": FLAG,
    "STORE_EMBEDDED": FLAG,
    "VAR_DIR": FOLDER,
    "PORT": {
        "must be a whole number from 1 to 65535": [
            "0",
            "-1",
            "99999",
            "http",
            "8000.0",
            "0x10",
            "1e3",
            "8_000",
            "+8000",
            "８０００",
            "9" * 5000,
        ]
    },
    "STORE_NAME": {
        "must be a text of at most 100 characters": ["n" * 101],
        "must be one line of UTF-8 text": [
            "Shop\nBcc: x@x.example",
            "Shop\x00",
            "Shop\x1b[31m",
            "Shop\udcff",
        ],
    },
    "STORE_CURRENCY": {
        "must be the ISO 4217 code of a currency, three capital letters such as RUB or EUR": [
            "rub",
            "xx",
            "RUBLE",
            "RUR",
            "₽",
            "ЕUR",
        ],
        "must be a currency with two decimals, as the store counts money in hundredths": [
            "JPY",
            "KWD",
            "CLF",
            "XAU",
        ],
    },
    "STORE_TIME_ZONE": {
        "must be the IANA name of a time zone, such as Europe/Moscow": [
            "Europe",
            "Europe/Moskow",
            "europe/moscow",
            "MSK",
            "+03:00",
            "UTC+3",
            "../etc/passwd",
            "/etc/passwd",
            "zone.tab",
        ]
    },
    "STORE_COUNTRY": {
        "must be the ISO 3166 code of a country, two capital letters such as RU or DE": [
            "ru",
            "RUS",
            "XX",
            "UK",
            "РУ",
        ]
    },
    "STORE_TAX_CLASS": {
        "must be the code of a tax class, such as standard or none": ["НДС", "a b", "x" * 21],
    },
    "PRICES_INCLUDE_TAX": FLAG,
    "TAX_DESTINATION": {"must be origin or destination": ["yes", "RU"]},
    "DEFAULT_WEIGHT_G": {"must be a whole number from 0 to 100000000": ["-1", "0.5", "500 g", "100000001"]},
    "ORDERS_NEED_DELIVERY": FLAG,
    "ORDERS_NEED_PAYMENT_METHOD": FLAG,
    "STORE_URL": ADDRESS,
    "STORE_APP_URL": {
        **{sentence: values for sentence, values in ADDRESS.items() if "without ?" not in sentence},
        f"{WEB}, without ? and #": ["https://shop.example?a=1#/"],
        "or https://shop.example/# for an app": ["https://shop.example/#/ path", "https://shop.example/#?a"],
    },
    "PRODUCT_URL_TEMPLATE": {
        "must be an address with https:// and a place for {slug} or {id}": [
            "https://shop.example/p/",
            "http://shop.example/p/{slug}",
            "shop.example/p/{slug}",
            "https://{slug}",
            "https://{slug}.shop.example/",
            "https://shop.example/{sku}",
            "https://shop.example/{slug}/{0}",
            "https://shop.example/p/{slug} x",
            "https://shop.example/p/{slug}#top",
            "https://shop.example/товар/{slug}",
            f"https://shop.example/{'p' * 280}/{{slug}}",
        ],
        "must have a host name such as shop.example or an IP address": ["https://shop..example/{id}"],
        f"{WEB}, without a user or password": ["https://me:pa55word@shop.example/{id}"],
    },
    "DJANGO_ALLOWED_HOSTS": {
        "must be host names, comma-separated, without scheme, port or path": [
            "https://shop.example",
            "shop.example:8000",
            "shop.example/",
            "shop.example other.example",
            "*.shop.example",
            "shop_1.example",
            "shop.example.",
            "::1",
            "[::1]:8000",
            "[shop.example]",
            "shop.example,[::",
            ".",
        ]
    },
    "DJANGO_CSRF_TRUSTED_ORIGINS": {
        "must be origins, comma-separated, each with its scheme and without a path: https://shop.example": [
            "shop.example",
            "https://shop.example/",
            "https://shop.example/path",
            "https://me@shop.example",
            "*",
            "null",
            "capacitor://localhost",
        ],
        "must have a host name": ["https://*", "https://shop.*.example"],
        "must have a port from 1 to 65535": ["https://shop.example:port"],
    },
    "CORS_ALLOWED_ORIGINS": {
        "must be origins, comma-separated, each with its scheme and without a path: https://shop.example": [
            "shop.example",
            "https://shop.example/",
            "https://a.example https://b.example",
            "null",
            "*",
            "file://",
        ],
        "must have a host name": ["https://*.shop.example"],
    },
    "DJANGO_HTTPS_PROXY": FLAG,
    "PROXY_COUNT": {"must be a whole number from 0 to 20": ["-1", "one", "1000"]},
    "THROTTLE_USER": RATE,
    "THROTTLE_ADDRESS": RATE,
    "THROTTLE_REGISTER": RATE,
    "THROTTLE_PASSWORD_RESET": RATE,
    "THROTTLE_MAIL": RATE,
    "THROTTLE_MAILBOX": RATE,
    "THROTTLE_UNCONFIRMED": RATE,
    "THROTTLE_COUPON": RATE,
    "THROTTLE_PAYMENT": RATE,
    "THROTTLE_CALLBACK": RATE,
    "DJANGO_SECRET_KEY": SECRET,
    "JWT_SIGNING_KEY": SECRET,
    "JWT_PREVIOUS_SIGNING_KEY": SECRET,
    "DATABASE_URL": {
        **POSTGRES,
        "must be sqlite:///path": ["sqlite://store.sqlite3", "sqlite:///", "sqlite:store.sqlite3"],
        "must be the path of a file in an existing folder": [
            "sqlite:////no/store.sqlite3",
            "sqlite:////tmp",
        ],
        "has an unknown option: an SQLite address takes none": ["sqlite:////tmp/store.sqlite3?timeout=5"],
    },
    "DATABASE_REPLICA_URL": {
        **POSTGRES,
        "must be the address of a PostgreSQL replica of DATABASE_URL": ["sqlite:////tmp/replica.sqlite3"],
    },
    "DATABASE_POOL_SIZE": {"must be a whole number from 0 to 1000": ["-1", "many", "5000"]},
    "DATABASE_STATEMENT_TIMEOUT": {"must be a whole number from 0 to 86400": ["10s", "-1"]},
    "DATABASE_LOCK_TIMEOUT": {"must be a whole number from 0 to 86400": ["5.5", "100000"]},
    "DATABASE_IDLE_TIMEOUT": {"must be a whole number from 0 to 86400": ["never", "10000000000"]},
    "DATABASE_PGBOUNCER": FLAG,
    "MEMCACHED_SERVERS": {
        "must be servers, comma-separated, without a scheme": [
            "memcached://cache:11211",
            "cache:port",
            "cache:",
            "cache:0",
            "cache:99999",
            "::1",
            "::1:11211",
            "[::1",
            "[cache]:11211",
            "cache:11211;cache2:11211",
            "cache:11211 cache2:11211",
            "unix:store.sock",
            "cache:11211,:11211",
        ]
    },
    "CDN_SECONDS": {"must be a whole number from 0 to 86400": ["86401", "1_0"]},
    "CELERY_BROKER_URL": {
        REDIS_EXPECTED: [
            "redis.example:6379",
            "redis:6379",
            "http://redis:6379",
            "amqp://guest:pa55word@rabbit//",
            "redis://",
            "redis:///0",
            "redis://:pa55[word@redis/0",
            "redis://:pa55#word@redis/0",
            "redis://a:6379;redis://b:6379",
            "sentinel://:pa55word@a:26379;b:26379",
            "sentinel://a:26379;redis://b:6379",
            "sentinel://a:26379;",
        ],
        "must have a port from 1 to 65535": [
            "redis://redis:port/0",
            "redis://redis:99999/0",
            "redis://:pa55/word@redis/0",
        ],
        "must have a host name": ["redis://re..dis/0"],
        "must end in the number of the database": [
            "redis://redis/zero",
            "redis://redis/0/1",
            "redis://redis/-1",
        ],
        "has an unknown option: known options are ssl_cert_reqs, ssl_ca_certs": [
            "redis://redis/0?db=1",
            "rediss://redis/0?ssl_cert_req=none",
            "rediss://redis/0?ssl=true",
        ],
        "has an invalid option: ssl_cert_reqs must be required, optional or none": [
            "rediss://redis/0?ssl_cert_reqs=true",
            "rediss://redis/0?ssl_cert_reqs=",
        ],
        "has an invalid option: ssl_ca_certs must be the path of a readable file": [
            "rediss://redis/0?ssl_cert_reqs=required&ssl_ca_certs=/no/ca.pem"
        ],
        "has an invalid option: ssl_check_hostname must be true or false": [
            "rediss://redis/0?ssl_check_hostname=maybe"
        ],
        "must have the password, database and options in the address of the first Sentinel": [
            "sentinel://a:26379;sentinel://:pa55word@b:26379",
            "sentinel://:other@a:26379;sentinel://:pa55word@b:26379",
            "sentinel://a:26379;sentinel://b:26379/1",
            "sentinel://a:26379;sentinel://b:26379?ssl_cert_reqs=none",
        ],
    },
    "CELERY_BROKER_SENTINEL_MASTER": {
        "must be a name of letters, digits and . - _": ["my master", "sentinel://a"]
    },
    "JOB_THREADS": {"must be a whole number from 1 to 100": ["0", "two", "1000"]},
    "JOB_GRACE_SECONDS": {"must be a whole number from 0 to 3600": ["20s", "3601"]},
    "ORDERS_NEED_IDEMPOTENCY_KEY": FLAG,
    "ORDERS_NEED_VERIFIED_EMAIL": FLAG,
    "EXPORT_KEEP_DAYS": {"must be a whole number from 1 to 3650": ["0", "a week", "1000000000000"]},
    "EMAIL_URL": {
        MAIL_EXPECTED: [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:",
            "smtp://:25",
            "smtp://mail.example/path",
            "smtp://me:pa55#word@mail.example",
        ],
        "must have a port from 1 to 65535": [
            "smtp://mail.example:port",
            "smtp://mail.example:0",
            "smtp://me:pa55/word@mail.example",
        ],
        "would send its password without encryption": [
            "smtp://me:pa55word@mail.example",
            "smtp://me:pa55word@mail.example:587",
            "smtp://me:pa55word@mail.example?starttls=false",
            "smtp://me:pa55word@mail.example?starttls=0",
            "smtp://me:pa55word@10.0.0.5:25",
            "smtp://me:pa55word@mail",
            "smtp://me:pa55word@127.0.0.1.example",
        ],
        "has an unknown option: known options are starttls, insecure": [
            "smtp://me:pa55word@mail.example?tls=true",
            "smtp://me:pa55word@mail.example?STARTTLS=true",
            "smtp://me:pa55word@mail.example?starttls=true&timeout=5",
            "smtp://me:25?pa55word@mail.example",
        ],
        "has an invalid option: starttls must be true or false": [
            "smtp://me:pa55word@mail.example?starttls",
            "smtp://me:pa55word@mail.example?starttls=",
            "smtp://me:pa55word@mail.example?starttls=required",
            "smtp://me:pa55word@mail.example?starttls=true;x=1",
        ],
        "has the option starttls twice": ["smtp://me:pa55word@mail.example?starttls=false&starttls=true"],
        "has an invalid option: insecure=true contradicts TLS": [
            "smtps://me:pa55word@mail.example?insecure=true",
            "smtp://me:pa55word@mail.example?starttls=true&insecure=1",
        ],
        "must have both a user and a password, or neither": [
            "smtp://me@mail.example",
            "smtp://:pa55word@mail.example?starttls=true",
        ],
        "must be smtps://… for a server that begins with TLS (port 465)": [
            "smtp://mail.example:465",
            "smtp://me:pa55word@mail.example:465?starttls=true",
        ],
        "must be smtp://…?starttls=true for a server that begins without TLS (port 587 or 25)": [
            "smtps://me:pa55word@mail.example:587",
            "smtps://me:pa55word@mail.example?starttls=true",
        ],
        "must have a host name": ["smtp://me:pa55word@ma_il..example?starttls=true"],
        "must not contain control characters, not even percent-encoded": [
            "smtp://me%0d%0aRSET:pa55word@mail.example?starttls=true"
        ],
    },
    "EMAIL_FROM": MAILBOX,
    "EMAIL_REPLY_TO": MAILBOX,
    "PAYMENT_PROVIDERS": {
        "must be manual, emulator, yookassa or stripe": ["paypal", "manual;yookassa", "юкасса"],
    },
    "YOOKASSA_SHOP_ID": {"must be the number of the shop": ["shop", "100 500", "１００", "1" * 21]},
    "YOOKASSA_SECRET_KEY": TOKEN,
    "YOOKASSA_NETWORKS": {
        "must be IP addresses or networks, comma-separated, such as 192.0.2.7,10.0.0.0/8": [
            "yookassa.ru",
            "185.71.76.0/33",
            "185.71.76.1/27",
            "185.71.76.0/27;185.71.77.0/27",
            "*",
        ],
    },
    "RECEIPT_PREPAYMENT_VAT": {"must be plain or calculated": ["22/122", "true"]},
    "SHIPPING_API_URL": ADDRESS,
    "SHIPPING_API_KEY": {**TOKEN, "must be one line of UTF-8 text": ["key\nX-Other: 1"]},
    "SHIPPING_API_TIMEOUT": {
        "must be a number of seconds above 0, at most 120": [
            "0",
            "-1",
            "5s",
            "nan",
            "inf",
            "1e1",
            "1000",
            "５",
        ]
    },
    "SHIPPING_CONCURRENCY": {"must be a whole number from 1 to 1000": ["0", "all"]},
    "STRIPE_SECRET_KEY": {
        "must be a secret or restricted key, sk_live_… or rk_live_…": [
            "pk_live_51a",
            "whsec_51a",
            "sk_live_",
            "sk_live_51a sk_live_51b",
        ]
    },
    "STRIPE_WEBHOOK_SECRETS": {
        "must be signing secrets of webhook endpoints, whsec_…, comma-separated": [
            "sk_live_51a",
            "whsec_",
            "whsec_a whsec_b",
            "whsec_a,we_b",
        ]
    },
    "PAYMENT_RETURN_URLS": {
        "must be beginnings of addresses, comma-separated": [
            "shop.example",
            "//shop.example",
            "https:shop.example",
            "HTTPS://shop.example",
            "https://shop.example?a=pa55word",
            "https://shop.example/#",
            "https://shop.example/a/../b",
            "https://shop.example/%2e%2e",
            "https://shop.example/path here",
            "https://shop.example/путь",
            "https://shop.example, javascript://",
            "data://",
            "my shop://",
            "myshop:",
            "myshop://:*",
            "myshop://me:pa55word@pay",
            "*",
        ],
        f"{WEB}; percent-encode special characters": ["http://[::1"],
        f"{WEB}, without a user or password": ["https://me:pa55word@shop.example", "https://@shop.example"],
        WEB: ["https://", "https:///path", "https://:8000"],
        "must have a host name such as shop.example or an IP address": ["https://shop..example"],
        "must have a port from 1 to 65535": ["https://shop.example:0", "https://shop.example:65536"],
    },
    "PAYMENT_EMULATOR_URL": ADDRESS,
    "PAYMENT_EMULATOR_SECRET": {
        **TOKEN,
        "must go on in Base64 when it begins with whsec_": ["whsec_pa55word!", "whsec_abc"],
    },
    "MEDIA_STORAGE_URL": {
        S3_EXPECTED: [
            "/",
            "https://me:pa55word@bucket.example/media",
            "file:///srv/media",
            "s3:bucket/media",
            "s3://bucket/media#pa55word",
            "/srv/" + "m" * 300,
        ],
        "must be a folder, but it cannot be created": ["/dev/null", "/proc/media"],
        f"{S3_EXPECTED}: the bucket or the prefix, which alone is public, is missing": [
            "s3://bucket",
            "s3://bucket/",
            "s3:///media",
            "s3://bucket:443/media",
            "s3://bucket/../media pictures".replace(" ", "%20"),
            "s3://bucket/a//b",
        ],
        "must be an address with the name of a bucket": [
            "s3://Bucket/media",
            "s3://b_1/media",
        ],
        "must have both the key and its secret, or none": ["s3://pa55word@bucket/media"],
        "has an unknown option: known options are endpoint, region": ["s3://bucket/media?acl=public"],
        "has an invalid option: endpoint must be an address": ["s3://bucket/media?endpoint=s3.example"],
        "has an invalid option: region must be the name of a region": ["s3://bucket/media?region=ru_central"],
    },
    "MEDIA_URL": {
        **ADDRESS,
        WEB: ["/pictures/", "media", "/media", "//cdn.example", "ftp://cdn.example"],
    },
    "KEEP_ORIGINALS": FLAG,
    "LOG_FORMAT": {"must be text or json": ["xml", "js0n"]},
    "METRICS_TOKEN": TOKEN,
    "WEB_CONCURRENCY": {"must be a whole number from 1 to 500": ["0", "auto", "1000"]},
    "WEB_THREADS": {"must be a whole number from 1 to 500": ["0", "8.0"]},
    "WEB_ACCESS_LOG": {
        "must be - or the path of a writable file": ["/tmp", "/no/such/log", "/tmp/" + "l" * 300]
    },
    "FORWARDED_ALLOW_IPS": {
        "must be IP addresses or networks, comma-separated, such as 192.0.2.7,10.0.0.0/8, or *": [
            "proxy",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0",
            "10.0.0.1:80",
            "10.0.0.1 10.0.0.2",
        ]
    },
    "WORKER_CONCURRENCY": {"must be a whole number from 1 to 500": ["0", "many"]},
    "STATIC_ROOT": FOLDER,
}
ANY_TEXT = {
    "DATABASE_PASSWORD": "It is handed on as it is; PostgreSQL alone knows the right one.",
    "POSTGRES_PASSWORD": "Compose makes a new database with it, whatever it is.",
    "IMAGE_EXTRAS": "The image is built with it; the store itself never reads it.",
}
NEEDED = {
    "EMAIL_URL": {"EMAIL_FROM": "shop@shop.example"},
    "DATABASE_URL": {"DJANGO_SECRET_KEY": "k" * 50},
    "CELERY_BROKER_URL": {"CELERY_BROKER_SENTINEL_MASTER": "store"},
}
SECRETS = [name for name, sentences in WRONG.items() if sentences in (SECRET, TOKEN)]
CASES = [
    pytest.param(name, sentence, values, id=f"{name} {sentence}")
    for name, sentences in WRONG.items()
    for sentence, values in sentences.items()
]


def test_every_variable_of_the_example_is_tried_or_takes_any_text():
    assert sorted([*WRONG, *ANY_TEXT]) == sorted(VARIABLES)


@pytest.mark.parametrize(("name", "sentence", "values"), CASES)
def test_wrong_value_is_told_in_a_sentence_that_does_not_show_it(start, name, sentence, values):
    for value in values:
        with pytest.raises(ImproperlyConfigured) as refused:
            start(**NEEDED.get(name, {}), **{name: value})

        told = str(refused.value)
        assert told.startswith(f"The configuration is invalid. {name} "), value
        assert sentence in told, value
        assert told.endswith("."), value
        assert "\n" not in told, value  # one problem, one line
        assert "pa55" not in told
        assert name not in SECRETS or value not in told


@pytest.mark.parametrize("name", ANY_TEXT)
def test_variable_takes_any_text(start, name):
    assert start(**{name: 'it\'s "any" text: $HOME ; ключ'})
