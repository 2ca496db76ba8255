package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

const day = 24 * 60 * 60

var errIncorrect = refusal{400, "code_incorrect"}

// codes is the table of codes, of the attempts at them and of each day's wrong guesses.
type codes struct {
	client  *dynamodb.Client
	table   string
	pepper  []byte
	limit   int
	guesses int
}

// check counts the attempt and judges it by the list that comes back. The verdict is nil if the person may log in.
func (c *codes) check(ctx context.Context, number, code string, by person, now time.Time) (verdict, err error) {
	guess, person := c.tag("code", number, code), c.tag("person", by.appID, by.openid)
	attempt := item{"guess": b(guess), "by": b(person)}
	output, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                aws.String(c.table),
		Key:                      item{"pk": s(c.key("number", number))},
		ConditionExpression:      aws.String("#expires > :now AND size(#attempts) < :limit"),
		UpdateExpression:         aws.String("SET #attempts = list_append(#attempts, :attempt)"),
		ExpressionAttributeNames: map[string]string{"#expires": "expires", "#attempts": "attempts"},
		ExpressionAttributeValues: item{
			":now":     n(now.Unix()),
			":limit":   n(int64(c.limit)),
			":attempt": &types.AttributeValueMemberL{Value: []types.AttributeValue{m(attempt)}},
		},
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var refused *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &refused):
		return judge(refused.Item, guess, person, false, now), nil
	case err != nil:
		return nil, err
	default:
		return judge(output.Attributes, guess, person, true, now), nil
	}
}

// judge gives the code to the first attempt that matches, and only to its person.
func judge(live item, guess, by []byte, counted bool, now time.Time) error {
	code := bytesOf(live, "code")
	switch right := hmac.Equal(guess, code); {
	case code == nil || numberOf(live, "expires") <= now.Unix():
		return refusal{400, "code_expired"}
	case !right && counted:
		return errIncorrect
	case !right:
		return refusal{429, "too_many_attempts"}
	}
	attempts, _ := live["attempts"].(*types.AttributeValueMemberL)
	if attempts == nil {
		return refusal{400, "code_expired"}
	}
	for _, earlier := range attempts.Value {
		fields, _ := earlier.(*types.AttributeValueMemberM)
		if fields == nil || !hmac.Equal(bytesOf(fields.Value, "guess"), code) {
			continue
		}
		if hmac.Equal(bytesOf(fields.Value, "by"), by) {
			return nil
		}
		return refusal{400, "code_used"}
	}
	return refusal{429, "too_many_attempts"}
}

// countGuess counts a wrong guess of a person for the day, over all numbers.
func (c *codes) countGuess(ctx context.Context, by person, now time.Time) error {
	_, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(c.table),
		Key:                       item{"pk": s(c.guessesKey(by, now))},
		UpdateExpression:          aws.String("ADD #count :one SET #ttl = :ends"),
		ExpressionAttributeNames:  map[string]string{"#count": "count", "#ttl": "ttl"},
		ExpressionAttributeValues: item{":one": n(1), ":ends": n((now.Unix()/day + 1) * day)},
	})
	return err
}

func (c *codes) guessesKey(by person, now time.Time) string {
	return c.key("counter", "Guesses", by.appID+"#"+by.openid, strconv.FormatInt(now.Unix()/day, 10))
}

func (c *codes) key(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(c.tag(parts...))
}

// tag is an HMAC of the parts, each after its length.
func (c *codes) tag(parts ...string) []byte {
	mac := hmac.New(sha256.New, c.pepper)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

func s(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
func b(value []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: value} }
func m(value item) types.AttributeValue   { return &types.AttributeValueMemberM{Value: value} }
func n(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func textOf(of item, name string) string {
	if value, ok := of[name].(*types.AttributeValueMemberS); ok {
		return value.Value
	}
	return ""
}

func bytesOf(of item, name string) []byte {
	if value, ok := of[name].(*types.AttributeValueMemberB); ok {
		return value.Value
	}
	return nil
}

func numberOf(of item, name string) int64 {
	if value, ok := of[name].(*types.AttributeValueMemberN); ok {
		number, _ := strconv.ParseInt(value.Value, 10, 64)
		return number
	}
	return 0
}
