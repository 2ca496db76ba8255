#!/usr/bin/env python3
"""Aliyun's own SDKs, for Dysmsapi and Dypnsapi, against the Aliyun that `local` simulates."""

import time
from unittest import mock

from alibabacloud_dypnsapi20170525 import models as dypns
from alibabacloud_dypnsapi20170525.client import Client as Dypnsapi
from alibabacloud_dysmsapi20170525 import models as dysms
from alibabacloud_dysmsapi20170525.client import Client as Dysmsapi
from alibabacloud_tea_openapi import utils, utils_models
from alibabacloud_tea_openapi.exceptions import ClientException
from darabonba.runtime import RuntimeOptions
from simulated import HOST, VARIABLES, Judge, tell

ID, SECRET = VARIABLES["ALIYUN_SMS_ACCESS_KEY_ID"], VARIABLES["ALIYUN_SMS_ACCESS_KEY_SECRET"]
COMMON = {
    "sign_name": VARIABLES["ALIYUN_SMS_SIGN_NAME"],
    "template_code": VARIABLES["ALIYUN_SMS_TEMPLATE_CODE"],
    "template_param": '{"code": "012345", "min": "5"}',
}


def client(kind, key_id, secret):
    return kind(
        utils_models.Config(access_key_id=key_id, access_key_secret=secret, endpoint=HOST, protocol="http")
    )


def code_of(call):
    """The answer's code, or the SDK exception's code with its HTTP status after an exclamation mark."""
    try:
        body = call().body
    except ClientException as error:
        return f"!{error.status_code} {error.code}"
    assert body.request_id and body.message, body.to_map()
    return body.code


def send(key_id=ID, secret=SECRET, **other):
    request = dysms.SendSmsRequest(**{"phone_numbers": "13800138000", **COMMON, **other})
    return code_of(lambda: client(Dysmsapi, key_id, secret).send_sms(request))


def verify(key_id=ID, secret=SECRET, **other):
    fields = {"phone_number": "13800138000", "out_id": "x", **COMMON, **other}
    call = client(Dypnsapi, key_id, secret).send_sms_verify_code

    def checked():
        answer = call(dypns.SendSmsVerifyCodeRequest(**fields))
        assert answer.body.success == (answer.body.code == "OK"), answer.body.to_map()
        assert answer.body.code != "OK" or (answer.body.model.biz_id and answer.body.model.out_id == "x")
        return answer

    return code_of(checked)


def in_a_form():
    """Sends the parameters in the body, as the SDKs of other languages do."""
    fields = dysms.SendSmsRequest(phone_numbers="13800138000", **COMMON).to_map()
    call = utils_models.Params(
        action="SendSms", version="2017-05-25", protocol="HTTP", pathname="/", method="POST", auth_type="AK",
        style="RPC", req_body_type="formData", body_type="json",
    )
    request = utils_models.OpenApiRequest(body=fields)
    return client(Dysmsapi, ID, SECRET).call_api(call, request, RuntimeOptions())["body"]["Code"]


def refused(word, by=send):
    tell("aliyun", word)
    return by()


def at(seconds):
    """A message that is signed with a clock that is wrong by this much."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    with mock.patch.object(utils.Utils, "get_timestamp", lambda: moment):
        return send()


def main():
    judge = Judge("aliyun")
    judge.answers("a good message", send(), "OK")
    judge.answers("the parameters in a form", in_a_form(), "OK")
    judge.answers("with a country code", send(phone_numbers="+8613800138000"), "OK")
    judge.answers("to two numbers", send(phone_numbers="13900139000,85251234567"), "OK")
    judge.answers("the template without minutes", send(template_param='{"code":"543210"}'), "OK")

    judge.answers("a wrong secret", send(secret=SECRET + "x"), "!400 SignatureDoesNotMatch")
    judge.answers("a wrong id", send(key_id=ID + "x"), "!404 InvalidAccessKeyId.NotFound")
    judge.answers("a clock behind", at(-910), "!400 InvalidTimeStamp.Expired")
    judge.answers("a clock ahead", at(910), "!400 InvalidTimeStamp.Expired")
    judge.answers("a clock that is a little off", at(-890), "OK")
    with mock.patch.object(utils.Utils, "get_nonce", lambda: "once"):
        judge.answers("a nonce", send(), "OK")
        judge.answers("the same nonce", send(), "!400 SignatureNonceUsed")

    judge.answers("no number", send(phone_numbers=""), "!400 MissingPhoneNumbers")
    judge.answers("an invalid number", send(phone_numbers="1380013800x"), "isv.MOBILE_NUMBER_ILLEGAL")
    judge.answers("another signature", send(sign_name="x"), "isv.SMS_SIGNATURE_ILLEGAL")
    judge.answers("another template", send(template_code="SMS_1"), "isv.SMS_TEMPLATE_ILLEGAL")
    judge.answers("a number for a text", send(template_param='{"code":12345}'), "isv.INVALID_JSON_PARAM")
    judge.answers("no code", send(template_param="{}"), "isv.TEMPLATE_MISSING_PARAMETERS")

    limit = "isv.BUSINESS_LIMIT_CONTROL"
    judge.answers("a refusal that it was told", refused(f"{limit} 触发天级流控Permits:10"), limit)
    judge.answers("one of the gateway's", refused("Throttling.User"), "!400 Throttling.User")
    judge.answers("and then none", send(), "OK")

    judge.answers("a verify code", verify(), "OK")
    judge.answers("its wrong secret", verify(secret=SECRET + "x"), "!400 SignatureDoesNotMatch")
    judge.answers("its template", verify(template_code="1"), "isv.SMS_TEMPLATE_ILLEGAL")
    missing = "isv.TEMPLATE_MISSING_PARAMETERS"
    judge.answers("its template without minutes", verify(template_param='{"code":"012345"}'), missing)
    judge.answers("a number abroad", verify(phone_number="85251234567"), "isv.MOBILE_NUMBER_ILLEGAL")
    judge.answers("its refusal", refused("biz.FREQUENCY check frequency failed", verify), "biz.FREQUENCY")

    good, abroad = ("+8613800138000", "012345"), ("+85251234567", "012345")
    without_minutes = ("+8613800138000", "543210")
    judge.delivered(
        good, good, good, ("+8613900139000", "012345"), abroad, without_minutes, good, good, good, good
    )


main()
