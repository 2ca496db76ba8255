// POST /login in Go, as in functions/login: the same ticket, the same items, the same token. It does only what a login
// by SMS needs: its problems have no texts, and it writes no logs and no metrics.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/nyaruka/phonenumbers/v2"
	"golang.org/x/sync/errgroup"
)

type (
	request  = events.APIGatewayV2HTTPRequest
	response = events.APIGatewayV2HTTPResponse
)

// refusal is the reason why a login is refused.
type refusal struct {
	status int
	code   string
}

func (r refusal) Error() string { return r.code }

type login struct {
	codes     codes
	accounts  accounts
	tickets   tickets
	tokens    tokens
	country   string
	countries []string
}

type loginRequest struct {
	Ticket      string `json:"ticket"`
	PhoneNumber string `json:"phoneNumber"`
	VerifyCode  string `json:"verifyCode"`
}

type loginAnswer struct {
	Token     string `json:"token"`
	TokenType string `json:"tokenType"`
	ExpiresIn int64  `json:"expiresIn"`
	UserID    string `json:"userId"`
	IsNewUser bool   `json:"isNewUser"`
}

func main() {
	tokens, err := newTokens(os.Getenv("TOKEN_SIGNING_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	client := newClient()
	l := login{
		codes: codes{
			client:  client,
			table:   os.Getenv("CODES_TABLE"),
			pepper:  []byte(os.Getenv("CODE_PEPPER")),
			limit:   number("CODE_MAX_ATTEMPTS", 5),
			guesses: number("OPENID_DAILY_GUESSES", 20),
		},
		accounts:  accounts{client: client, table: os.Getenv("USERS_TABLE")},
		tickets:   tickets{key: []byte(os.Getenv("TICKET_KEY"))},
		tokens:    tokens,
		country:   text("DEFAULT_COUNTRY", "CN"),
		countries: strings.Split(text("ALLOWED_COUNTRIES", "CN"), ","),
	}
	lambda.Start(l.handle)
}

// newClient uses the settings that Lambda gives a function. The SDK's package config, which searches for settings,
// would take a quarter of the start's processor time and a sixth of the program.
func newClient() *dynamodb.Client {
	credentials := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
	}
	options := dynamodb.Options{
		Region: os.Getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
	}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"); endpoint != "" {
		options.BaseEndpoint = aws.String(endpoint)
	}
	return dynamodb.New(options)
}

func (l *login) handle(ctx context.Context, event request) (response, error) {
	var asked loginRequest
	if json.Unmarshal([]byte(event.Body), &asked) != nil {
		return answer(400, problem{"invalid_request"})
	}
	answered, err := l.logIn(ctx, asked, time.Now())
	if refused := (refusal{}); errors.As(err, &refused) {
		return answer(refused.status, problem{refused.code})
	} else if err != nil {
		return response{}, err
	}
	return answer(200, answered)
}

func (l *login) logIn(ctx context.Context, asked loginRequest, now time.Time) (*loginAnswer, error) {
	person, err := l.tickets.verify(asked.Ticket)
	if err != nil {
		return nil, err
	}
	number, err := l.parse(asked.PhoneNumber)
	if err != nil {
		return nil, err
	}
	var (
		verdict error
		known   known
	)
	both, bothCtx := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		verdict, err = l.codes.check(bothCtx, number, asked.VerifyCode, person, now)
		return err
	})
	both.Go(func() (err error) {
		known, err = l.known(bothCtx, person, now)
		return err
	})
	if err := both.Wait(); err != nil {
		return nil, err
	}
	if known.guesses >= l.codes.guesses {
		return nil, refusal{429, "too_many_attempts"}
	}
	if verdict == errIncorrect {
		if err := l.codes.countGuess(ctx, person, now); err != nil {
			return nil, err
		}
	}
	if verdict != nil {
		return nil, verdict
	}

	account := known.account
	if account == nil {
		if account, err = l.accounts.create(ctx, person, number, now); err != nil {
			return nil, err
		}
	} else if account.phone != number {
		// Changes of number are not measured.
		return nil, refusal{409, "phone_taken"}
	}
	token, err := l.tokens.issue(account, person, now)
	if err != nil {
		return nil, err
	}
	return &loginAnswer{token, "Bearer", int64(l.tokens.ttl.Seconds()), account.userID, known.account == nil}, nil
}

// parse turns a mobile number of an allowed country into E.164.
func (l *login) parse(raw string) (string, error) {
	number, err := phonenumbers.Parse(raw, l.country)
	if err != nil {
		return "", refusal{400, "invalid_phone_number"}
	}
	kind := phonenumbers.GetNumberType(number)
	if kind != phonenumbers.MOBILE && kind != phonenumbers.FIXED_LINE_OR_MOBILE {
		return "", refusal{400, "invalid_phone_number"}
	}
	if !slices.Contains(l.countries, phonenumbers.GetRegionCodeForNumber(number)) {
		return "", refusal{400, "unsupported_country"}
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

type problem struct {
	Code string `json:"code"`
}

func answer(status int, body any) (response, error) {
	text, err := json.Marshal(body)
	headers := map[string]string{"content-type": "application/json", "cache-control": "no-store"}
	return response{StatusCode: status, Headers: headers, Body: string(text)}, err
}

func text(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func number(name string, otherwise int) int {
	value, err := strconv.Atoi(text(name, strconv.Itoa(otherwise)))
	if err != nil {
		log.Fatal(name, ": ", err)
	}
	return value
}
