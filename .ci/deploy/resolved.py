"""template.yaml as CloudFormation sees it with given parameters: conditions evaluated, parameters filled in.

moto's CloudFormation supports few kinds of resources. This has all of them but creates none: references to other resources stay.
"""

import re

from samtranslator.translator.arn_generator import ArnGenerator
from stacks import plain_template

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "ap-southeast-1", "AWS::AccountId": "123456789012",
          "AWS::StackName": "phone-login", "AWS::URLSuffix": "amazonaws.com"}
GIVEN = {
    "WechatAppId": "wx0123456789abcdef",
    "WechatAppSecret": "0123456789abcdef0123456789abcdef",
    "TokenSigningKeySecretArn": "arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:signing-key-AbCdEf",
}
NOTHING = object()


class Resolved:
    """`parameters` may include pseudo parameters: {"AWS::Partition": "aws-cn"}."""

    def __init__(self, path="template.yaml", given=GIVEN, **parameters):
        given = given | {name.replace("__", "::"): str(value) for name, value in parameters.items()}
        # SAM names managed policies after the region that it runs in.
        ArnGenerator.BOTO_SESSION_REGION_NAME = given.get("AWS::Region", PSEUDO["AWS::Region"])
        template = plain_template(path, {name: value for name, value in given.items() if ":" not in name})
        unknown = set(given) - set(template["Parameters"]) - set(PSEUDO)
        assert not unknown, f"no parameters: {unknown}"
        defaults = {name: str(it["Default"]) for name, it in template["Parameters"].items() if "Default" in it}
        self.values, self.mappings = PSEUDO | defaults | given, template.get("Mappings", {})
        self.rules = template.get("Rules", {})
        self.conditions = template.get("Conditions", {})
        self.resources = self.present(template["Resources"])
        self.outputs = self.present(template["Outputs"])

    def refused(self):
        """The reasons for which CloudFormation refuses these parameters."""
        rules = [it for it in self.rules.values() if self.resolve(it["RuleCondition"])]
        assertions = [assertion for it in rules for assertion in it["Assertions"]]
        return [it["AssertDescription"] for it in assertions if not self.resolve(it["Assert"])]

    def holds(self, name):
        return self.resolve(self.conditions[name])

    def present(self, entries):
        there = {name: it for name, it in entries.items() if "Condition" not in it or self.holds(it["Condition"])}
        return {name: self.resolve(it) for name, it in there.items()}

    def resolve(self, node):
        if isinstance(node, list):
            items = [self.resolve(item) for item in node]
            return [item for item in items if item is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, of)] = node.items()
            decide = getattr(self, "do_" + function.replace("Fn::", "").lower(), None)
            if decide and (function.startswith("Fn::") or function in ("Ref", "Condition")):
                return decide(of)
        items = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in items.items() if value is not NOTHING}

    def do_ref(self, name):
        return NOTHING if name == "AWS::NoValue" else self.values.get(name, {"Ref": name})

    def do_condition(self, name):
        return self.holds(name) if name in self.conditions else {"Condition": name}

    def do_if(self, of):
        return self.resolve(of[1] if self.holds(of[0]) else of[2])

    def do_not(self, of):
        return not self.resolve(of[0])

    def do_and(self, of):
        return all(self.resolve(item) for item in of)

    def do_or(self, of):
        return any(self.resolve(item) for item in of)

    def do_equals(self, of):
        one, other = self.resolve(of)
        return str(one) == str(other)

    def do_split(self, of):
        text = self.resolve(of[1])
        return text.split(of[0]) if isinstance(text, str) else {"Fn::Split": [of[0], text]}

    def do_join(self, of):
        parts = self.resolve(of[1])
        return of[0].join(parts) if all(isinstance(part, str) for part in parts) else {"Fn::Join": [of[0], parts]}

    def do_findinmap(self, of):
        one, two, three = self.resolve(of)
        return self.mappings[one][two][three]

    def do_sub(self, of):
        text, more = of if isinstance(of, list) else (of, {})
        known = self.values | self.resolve(more)
        return re.sub(r"\$\{([^!}]+)\}", lambda name: str(known.get(name[1], name[0])), text)
