"""Faults of sign-up by approval."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem, no_content
from peertube_conformance.fixtures.instance.models.registrations import RegistrationState
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "SignUpByApproval"}


@fault("PT-SIGNUP-10", on="verifyRegistrationEmail", shortest=1, **_FLOW)
def the_string_of_one_applicant_verifies_another(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem:
        state, string = request.state, str(request.body["verificationString"])
        found = state.registrations.get(int(request.path["registrationId"]))
        mailed = [state.vault.payload("verify-registration", one.id, string) for one in state.registrations]
        if found is None or all(one is None for one in mailed):
            raise
        found.email_verified = True
        return no_content()


@fault("PT-SIGNUP-09", on="requestRegistration", shortest=2, **_FLOW)
def names_of_rejected_requests_are_given_again(handler: Handler, request: ApiRequest) -> Any:
    requests = request.state.registrations
    rejected = requests.where(lambda one: one.state == RegistrationState.REJECTED)
    for one in rejected:
        requests.remove(one)
    try:
        return handler(request)
    finally:
        for one in rejected:
            requests._rows[one.id] = one


@fault("PT-SIGNUP-06", on="rejectRegistration", shortest=1, **_FLOW)
def rejecting_one_rejects_who_asked_next(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    number = int(request.path["registrationId"])
    for one in request.state.registrations.where(lambda one: one.id > number)[:1]:
        if one.state == RegistrationState.PENDING:
            one.state = RegistrationState.REJECTED
    return answer


@fault("PT-SIGNUP-11", on="deleteRegistration", shortest=2, **_FLOW)
def the_account_is_deleted_with_its_request(handler: Handler, request: ApiRequest) -> Any:
    found = request.state.registrations.get(int(request.path["registrationId"]))
    user = request.state.users.get(found.user_id) if found is not None and found.user_id else None
    answer = handler(request)
    if user is not None:
        request.state.delete_user(user)
    return answer


@fault("PT-SIGNUP-08", on="acceptRegistration", shortest=1, **_FLOW)
def applicants_are_mailed_in_any_case(handler: Handler, request: ApiRequest) -> Any:
    request.body = {**request.body, "preventEmailDelivery": False}
    return handler(request)


@fault("PT-SIGNUP-05", on="acceptRegistration", shortest=1, **_FLOW)
def accepted_accounts_forget_that_they_are_verified(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    found = request.state.registrations.get(int(request.path["registrationId"]))
    user = request.state.users.get(found.user_id) if found is not None and found.user_id else None
    if user is not None and user.email_verified:
        user.email_verified = False
    return answer
