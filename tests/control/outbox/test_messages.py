"""Messages: with what they tell of, in order, taken in once."""

import pytest
from django.db import transaction

from taihu.control.outbox import actions
from taihu.control.outbox.models import Message
from tests import builders as make

AT = make.MONDAY


def _write(topic, subject):
    with transaction.atomic():
        return actions.write(topic=topic, subject=subject, body={}, at=AT)


@pytest.mark.django_db
def test_a_message_goes_with_what_it_tells_of():
    with transaction.atomic():
        actions.write(topic="a", subject="1", body={}, at=AT)
        transaction.set_rollback(True)

    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_message_outside_a_transaction_is_refused():
    with pytest.raises(actions.OutsideTransaction):
        actions.write(topic="a", subject="1", body={}, at=AT)


@pytest.mark.django_db
def test_each_reader_reads_in_order_from_its_own_place():
    for number in range(5):
        _write("even" if number % 2 == 0 else "odd", str(number))
    seen = []

    assert actions.take_in(reader="r", apply=lambda m: seen.append(m.subject), at=AT, topics=("even",)) == 3
    assert actions.take_in(reader="r", apply=lambda m: seen.append(m.subject), at=AT, topics=("even",)) == 0
    assert seen == ["0", "2", "4"]
    assert [m.subject for m in actions.pull(reader="other")] == ["0", "1", "2", "3", "4"]


@pytest.mark.django_db
def test_a_message_that_cannot_be_applied_stays_next_in_line():
    for number in range(3):
        _write("a", str(number))
    seen = []

    def apply(message):
        seen.append(message.subject)
        if message.subject == "1" and seen.count("1") == 1:
            raise RuntimeError("not now")

    with pytest.raises(RuntimeError):
        actions.take_in(reader="r", apply=apply, at=AT)
    actions.take_in(reader="r", apply=apply, at=AT)

    assert seen == ["0", "1", "1", "2"]


@pytest.mark.django_db
def test_a_cursor_never_goes_back():
    for number in range(3):
        _write("a", str(number))
    actions.advance(reader="r", to=3, at=AT)
    actions.advance(reader="r", to=1, at=AT)

    assert actions.pull(reader="r") == []
