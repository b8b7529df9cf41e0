"""A start without a mail server puts every e-mail into a folder."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage, get_connection

BACKEND = "apps.core.mail.MailFolderBackend"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "not" / "yet" / "there"


@pytest.fixture
def mail(folder):
    """Return a function that makes messages which go into the folder."""
    connection = get_connection(BACKEND, file_path=str(folder))

    def make(message_id="<order-1@store>", body="Спасибо за заказ!"):
        return EmailMessage(
            "Заказ № 1",
            body,
            "store@localhost",
            ["olga@example.com"],
            headers={"Message-ID": message_id},
            connection=connection,
        )

    return make


def read(path):
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def test_message_lies_in_the_folder_under_its_id(mail, folder):
    assert mail().send() == 1

    assert [path.name for path in folder.iterdir()] == ["order-1@store.eml"]
    kept = read(folder / "order-1@store.eml")
    assert (kept["Subject"], kept["To"], kept["From"]) == ("Заказ № 1", "olga@example.com", "store@localhost")
    assert kept["Message-ID"] == "<order-1@store>"
    assert kept.get_content().strip() == "Спасибо за заказ!"


def test_attachment_comes_along(mail, folder):
    message = mail()
    message.attach("invoice.pdf", b"%PDF-1.4 \x00\xff", "application/pdf")
    message.send()

    [attachment] = read(folder / "order-1@store.eml").iter_attachments()
    assert attachment.get_filename() == "invoice.pdf"
    assert attachment.get_content() == b"%PDF-1.4 \x00\xff"


def test_message_that_is_sent_twice_lies_there_once(mail, folder):
    mail(body="first").send()
    mail(body="second").send()

    assert [path.name for path in folder.iterdir()] == ["order-1@store.eml"]
    assert read(folder / "order-1@store.eml").get_content().strip() == "second"


def test_messages_with_different_ids_lie_side_by_side(mail, folder):
    sent = get_connection(BACKEND, file_path=str(folder)).send_messages(
        [mail("<a@store>"), mail("<b@store>")]
    )

    assert sent == 2
    assert sorted(path.name for path in folder.iterdir()) == ["a@store.eml", "b@store.eml"]


def test_message_id_leads_to_no_other_folder(mail, folder):
    mail("<../../../etc/passwd@store>").send()

    assert [path.name for path in folder.iterdir()] == ["......etcpasswd@store.eml"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_settings_name_the_folder_otherwise(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_BACKEND = BACKEND

    EmailMessage("Hello", "", "store@localhost", ["olga@example.com"], headers={"Message-ID": "<1@s>"}).send()

    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["1@s.eml"]


def test_folder_that_cannot_be_written_is_an_error(mail, folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("a file stands in the way")

    with pytest.raises(FileExistsError):
        mail().send()
