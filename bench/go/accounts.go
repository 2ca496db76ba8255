package main

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
)

// accounts is the table of accounts and of their openids and numbers.
type accounts struct {
	client *dynamodb.Client
	table  string
}

// account holds the fields of an account in an openid's item.
type account struct {
	userID string
	phone  string
	sid    string
}

// known holds what the tables have about a person before a login.
type known struct {
	account *account
	guesses int
}

// known reads the person's item and their wrong guesses of the day in one round trip.
func (l *login) known(ctx context.Context, person person, now time.Time) (known, error) {
	keys := func(pk string) types.KeysAndAttributes {
		return types.KeysAndAttributes{Keys: []item{{"pk": s(pk)}}, ConsistentRead: aws.Bool(true)}
	}
	output, err := l.codes.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{
			l.codes.table:    keys(l.codes.guessesKey(person, now)),
			l.accounts.table: keys(person.key()),
		},
	})
	if err != nil {
		return known{}, err
	}
	if len(output.UnprocessedKeys) > 0 {
		return known{}, errors.New("DynamoDB has left keys out of its answer")
	}
	var found known
	for _, counted := range output.Responses[l.codes.table] {
		found.guesses = int(numberOf(counted, "count"))
	}
	for _, of := range output.Responses[l.accounts.table] {
		found.account = &account{textOf(of, "user_id"), textOf(of, "phone"), textOf(of, "sid")}
	}
	return found, nil
}

// create makes an account for a new person and their number. It fails if one of the two already has an account.
func (a *accounts) create(ctx context.Context, person person, number string, now time.Time) (*account, error) {
	made := account{userID: uuid.NewString(), phone: number, sid: uuid.NewString()}
	put := func(pk string, attributes item) types.TransactWriteItem {
		attributes["pk"] = s(pk)
		return types.TransactWriteItem{Put: &types.Put{
			TableName:                           aws.String(a.table),
			Item:                                attributes,
			ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}}
	}
	userID, phone, sid, at := s(made.userID), s(number), s(made.sid), n(now.Unix())
	openids := &types.AttributeValueMemberSS{Value: []string{person.key()}}
	_, err := a.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{
			put(person.key(), item{"user_id": userID, "phone": phone, "sid": sid, "proved_at": at}),
			put("user#"+made.userID, item{"phone": phone, "openids": openids, "owner": s(person.key()), "created_at": at}),
			put("phone#"+number, item{"user_id": userID, "proved_at": at}),
		},
	})
	if cancelled := (*types.TransactionCanceledException)(nil); errors.As(err, &cancelled) {
		return nil, refusal{409, "phone_taken"}
	}
	return &made, err
}
