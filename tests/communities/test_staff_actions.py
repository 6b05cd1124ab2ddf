import threading

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from communities import actions as log
from communities.models import ApiToken, Assignment, StaffAct, StaffMember
from communities.staffing import actions, rules


def verbs() -> list[str]:
    return list(StaffAct.objects.order_by("id").values_list("verb", flat=True))


def test_an_invited_person_signs_in_with_a_password_that_must_be_changed(people) -> None:
    member, password = actions.invite(username="chen", name="陈一", by=people.manager)

    assert member.check_password(password)
    assert member.password_is_temporary
    assert password not in str(StaffAct.objects.values())


def test_a_role_is_given_and_taken_and_both_are_written_down(people) -> None:
    given = Assignment(staff=people.newcomer, role="station_staff", station=people.cuiping_station)
    actions.assign(given, by=people.manager)
    actions.unassign(given, by=people.manager)

    assert verbs() == ["assign", "unassign"]
    assert StaffAct.objects.first().detail == {"name": "newcomer", "role": "station_staff", "place": "翠屏站"}
    assert not people.newcomer.assignments.exists()


@pytest.mark.parametrize("deed", ["assign", "unassign", "close", "reset_password"])
def test_nobody_changes_their_own_account(people, deed: str) -> None:
    own = people.manager.assignments.get()
    deeds = {
        "assign": lambda: actions.assign(Assignment(staff=people.manager, role="auditor"), by=people.manager),
        "unassign": lambda: actions.unassign(own, by=people.manager),
        "close": lambda: actions.close(people.manager, by=people.manager),
        "reset_password": lambda: actions.reset_password(people.manager, by=people.manager),
    }
    with pytest.raises(rules.NotAllowed, match="their own roles"):
        deeds[deed]()
    assert verbs() == []


def test_a_data_admin_takes_over_no_managers_account(people) -> None:
    with pytest.raises(rules.NotAllowed, match="holds more"):
        actions.reset_password(people.manager, by=people.data_admin)
    with pytest.raises(rules.NotAllowed, match="no more than your own"):
        actions.assign(Assignment(staff=people.newcomer, role="operations_manager"), by=people.data_admin)


def test_a_manager_cannot_touch_a_superuser(people) -> None:
    root = StaffMember.objects.create_superuser("root", password="a long password", name="root")
    with pytest.raises(rules.NotAllowed, match="holds more"):
        actions.close(root, by=people.manager)


@pytest.mark.django_db(transaction=True)
def test_two_who_close_each_other_at_once_leave_one(people) -> None:
    StaffMember.objects.filter(pk=people.data_admin.pk).update(is_active=False)
    pairs = [(people.manager, people.manager2), (people.manager2, people.manager)]
    start, answers = threading.Barrier(2), []

    def close(member: StaffMember, by: StaffMember) -> None:
        start.wait()
        try:
            actions.close(member, by=by)
            answers.append("closed")
        except rules.NotAllowed:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["closed", "refused"]


def test_closing_an_account_ends_its_sessions_and_keys_at_once(people, as_) -> None:
    signed_in, bystander = as_("operator"), as_("analyst")
    token, _ = log.issue_token(owner=people.operator, name="sheet", scopes=["read:rfm"], days=30)
    assert signed_in.get("/me/").status_code == 200

    actions.close(people.operator, by=people.manager)

    assert signed_in.get("/me/").status_code == 302
    assert Session.objects.count() == 1
    assert bystander.get("/me/").status_code == 200
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_reopened_account_has_its_roles_but_no_old_session(people, as_) -> None:
    signed_in = as_("operator")
    actions.close(people.operator, by=people.manager)
    actions.reopen(people.operator, by=people.manager)

    assert signed_in.get("/me/").status_code == 302
    assert people.operator.assignments.count() == 1
    assert as_("operator").get("/me/").status_code == 200


def test_a_new_password_ends_what_was_opened_with_the_old_one(people, as_) -> None:
    signed_in = as_("operator")
    password = actions.reset_password(people.operator, by=people.manager)

    assert signed_in.get("/me/").status_code == 302
    assert StaffMember.objects.get(pk=people.operator.pk).check_password(password)


def test_a_token_is_kept_only_as_its_digest(people) -> None:
    token, clear_text = log.issue_token(owner=people.analyst, name="sheet", scopes=["read:rfm"], days=30)

    kept = str(list(ApiToken.objects.values())) + str(list(StaffAct.objects.values()))
    assert clear_text.startswith(f"opsdesk_{token.prefix}_")
    assert clear_text not in kept
    assert clear_text.split("_", 2)[2] not in kept
    assert token.digest == log.token_digest(clear_text)


def test_a_token_is_revoked_once_and_that_is_written_down_once(people) -> None:
    token, _ = log.issue_token(owner=people.analyst, name="sheet", scopes=["read:rfm"], days=30)
    log.revoke_token(token, by=people.manager)
    log.revoke_token(token, by=people.manager)
    assert verbs() == ["issue", "revoke"]
