"""template.yaml, translated by SAM and created as a stack at moto."""

import json
import logging
import pathlib
import subprocess
import tempfile

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# It warns about features that only Amazon can turn on.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACCOUNT, REGION = "123456789012", "ap-southeast-1"
APP_SECRET = "0123456789abcdef0123456789abcdef"
# The resources that moto's CloudFormation supports.
KINDS = {"AWS::Lambda::Function", "AWS::IAM::Role", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup"}
# The template's secrets, which moto's CloudFormation does not create.
SECRETS = ("CodePepper", "TicketKey", "WechatSecret", "TencentSmsSecretKey", "AliyunSmsAccessKeySecret")


def client(moto, service):
    keys = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
    return boto3.client(service, endpoint_url=moto.url, region_name=REGION, **keys)


def replaced(node, known):
    """The template with references to `known` resources resolved."""
    if isinstance(node, dict):
        return known.get(node.get("Ref")) or {key: replaced(value, known) for key, value in node.items()}
    return [replaced(item, known) for item in node] if isinstance(node, list) else node


def plain_template(path, parameters=None):
    """template.yaml as SAM translates it; a plain template unchanged."""
    template = yaml_parse((ROOT / path).read_text())
    if "Transform" in template:
        template["Globals"]["Function"]["CodeUri"] = {"Bucket": "code", "Key": "code.zip"}
        template = Translator({}, Parser()).translate(template, parameters or {})
    return template


def make(moto, **parameters):
    """A stack as `sam deploy` leaves it, with empty secrets and only the resources that moto supports. Returns its outputs."""
    s3, secrets = client(moto, "s3"), client(moto, "secretsmanager")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["zip", "-qj", f"{folder}/code.zip", "/bin/true"], check=True)
        s3.upload_file(f"{folder}/code.zip", "code", "code.zip")
    made = {name: secrets.create_secret(Name=name)["ARN"] for name in SECRETS}
    given = {
        "WechatAppId": "wx0123456789abcdef",
        "WechatAppSecret": APP_SECRET,
        "TokenSigningKeySecretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:phone-login/signing-key-AbCdEf",
        "TokenIssuer": "https://login.example.com",
    } | parameters
    template = plain_template("template.yaml", given)
    resources = {name: it for name, it in template["Resources"].items() if it["Type"] in KINDS}
    outputs = {
        name: output
        for name, output in template["Outputs"].items()
        if name.endswith("Function") or name in {*SECRETS, "SmsDeliveryLogsRole", "UsersTable"}
    }
    template["Resources"], template["Outputs"] = replaced(resources, made), replaced(outputs, made)
    for name, parameter in template["Parameters"].items():
        # Lambda turns a variable's number into text; moto does not.
        if name != "MemorySize" and parameter["Type"] == "Number":
            parameter |= {"Type": "String", "Default": str(parameter["Default"])}
    cloudformation = client(moto, "cloudformation")
    cloudformation.create_stack(
        StackName="phone-login",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    [stack] = cloudformation.describe_stacks(StackName="phone-login")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def rights(moto, function):
    """The rights of the function's role, as JSON."""
    iam = client(moto, "iam")
    role = client(moto, "lambda").get_function_configuration(FunctionName=function)["Role"].split("/")[-1]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return json.dumps([iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names])


def type_in(commands, environment, answer=""):
    """Runs commands of a page unchanged; `answer` is typed where they ask."""
    script = f"set -euo pipefail\n{commands}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, input=f"{answer}\n", capture_output=True, text=True
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
