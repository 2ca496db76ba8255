#!/usr/bin/env python3
"""Tencent Cloud's own SDK against the Tencent Cloud that `local` simulates."""

import time
from unittest import mock

from simulated import HOST, VARIABLES, Judge, tell
from tencentcloud.common import abstract_client, credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models, sms_client

ID, KEY = VARIABLES["TENCENT_SMS_SECRET_ID"], VARIABLES["TENCENT_SMS_SECRET_KEY"]
NUMBER = "+8613800138000"
MESSAGE = {
    "PhoneNumberSet": [NUMBER],
    "SmsSdkAppId": VARIABLES["TENCENT_SMS_APP_ID"],
    "SignName": VARIABLES["TENCENT_SMS_SIGN_NAME"],
    "TemplateId": VARIABLES["TENCENT_SMS_TEMPLATE_ID"],
    "TemplateParamSet": ["012345", "5"],
    "SessionContext": "上下文",
}


def send(secret_id=ID, secret_key=KEY, region="ap-guangzhou", unsigned_payload=False, **other):
    """The codes of the message's statuses, or the SDK exception's code after an exclamation mark."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=HOST))
    profile.unsignedPayload = unsigned_payload
    client = sms_client.SmsClient(credential.Credential(secret_id, secret_key), region, profile)
    request = models.SendSmsRequest()
    request._deserialize(MESSAGE | other)
    try:
        answer = client.SendSms(request)
    except TencentCloudSDKException as error:
        assert error.get_request_id(), error
        return "!" + error.get_code()
    for status in answer.SendStatusSet:
        accepted = status.Code == "Ok"
        assert (status.Fee == 1, bool(status.SerialNo)) == (accepted, accepted), status
        assert status.SessionContext == MESSAGE["SessionContext"], status
    return " ".join(status.Code for status in answer.SendStatusSet)


def refused(word):
    tell("tencent", word)
    return send()


def at(seconds):
    """A message that is signed with a clock that is wrong by this much."""
    now = time.time()
    with mock.patch.object(abstract_client.time, "time", lambda: now + seconds):
        return send()


def main():
    judge = Judge("tencent")
    judge.answers("a good message", send(), "Ok")
    judge.answers("without a signed body", send(unsigned_payload=True), "Ok")
    judge.answers("to two numbers", send(PhoneNumberSet=["13900139000", "+85251234567"]), "Ok Ok")
    judge.answers("the template without minutes", send(TemplateParamSet=["543210"]), "Ok")

    judge.answers("a wrong key", send(secret_key=KEY + "x"), "!AuthFailure.SignatureFailure")
    judge.answers("a wrong id", send(secret_id=ID + "x"), "!AuthFailure.SecretIdNotFound")
    judge.answers("a clock behind", at(-310), "!AuthFailure.SignatureExpire")
    judge.answers("a clock ahead", at(310), "!AuthFailure.SignatureExpire")
    judge.answers("a clock that is a little off", at(-290), "Ok")
    judge.answers("no region", send(region=""), "!MissingParameter")

    judge.answers("another application", send(SmsSdkAppId="1"), "!UnauthorizedOperation.SmsSdkAppIdVerifyFail")
    judge.answers("no number", send(PhoneNumberSet=[]), "!MissingParameter.EmptyPhoneNumberSet")
    judge.answers("another signature", send(SignName="x"), "FailedOperation.SignatureIncorrectOrUnapproved")
    judge.answers("another template", send(TemplateId="1"), "FailedOperation.TemplateIncorrectOrUnapproved")
    letters = "InvalidParameterValue.TemplateParameterFormatError"
    judge.answers("letters for a code", send(TemplateParamSet=["abcdef", "5"]), letters)
    judge.answers("seven digits", send(TemplateParamSet=["0123456", "5"]), letters)
    count = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    judge.answers("a parameter too many", send(TemplateParamSet=["012345", "5", "1"]), count)
    number = "InvalidParameterValue.IncorrectPhoneNumber"
    judge.answers("an invalid number", send(PhoneNumberSet=["+86138"]), number)

    limit = "LimitExceeded.PhoneNumberDailyLimit"
    judge.answers("a refusal that it was told", refused(limit), limit)
    judge.answers("one of the whole request", refused("RequestLimitExceeded"), "!RequestLimitExceeded")
    judge.answers("an answer that says nothing", refused("empty"), "")
    judge.answers("and then none", send(), "Ok")
    good = (NUMBER, "012345")
    judge.delivered(
        good, good, ("+8613900139000", "012345"), ("+85251234567", "012345"), (NUMBER, "543210"), good, good
    )


main()
