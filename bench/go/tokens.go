package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// person is a person as WeChat knows them: an openid is only valid within its mini program.
type person struct {
	appID  string
	openid string
}

func (p person) key() string { return "openid#" + p.appID + "#" + p.openid }

// tickets verifies tickets with the key that signed them.
type tickets struct {
	key []byte
}

type ticketClaims struct {
	AppID string `json:"app_id"`
	jwt.RegisteredClaims
}

func (t *tickets) verify(ticket string) (person, error) {
	var claims ticketClaims
	key := func(*jwt.Token) (any, error) { return t.key, nil }
	parsed, err := jwt.ParseWithClaims(ticket, &claims, key,
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithAudience("wechat-ticket"), jwt.WithExpirationRequired())
	if err != nil || parsed.Header["typ"] != "wechat-ticket+jwt" {
		return person{}, refusal{400, "ticket_invalid"}
	}
	return person{claims.AppID, claims.Subject}, nil
}

// tokens issues the token at the end of a login.
type tokens struct {
	key      *ecdsa.PrivateKey
	keyID    string
	issuer   string
	audience string
	ttl      time.Duration
}

type tokenClaims struct {
	AppID  string `json:"azp"`
	OpenID string `json:"openid"`
	SID    string `json:"sid"`
	jwt.RegisteredClaims
}

// newTokens reads a P-256 key: PKCS#8 in PEM.
func newTokens(pem string) (tokens, error) {
	jwt.MarshalSingleStringAsArray = false
	key, err := jwt.ParseECPrivateKeyFromPEM([]byte(pem))
	if err != nil {
		return tokens{}, err
	}
	keyID, err := thumbprint(&key.PublicKey)
	return tokens{
		key:      key,
		keyID:    keyID,
		issuer:   os.Getenv("TOKEN_ISSUER"),
		audience: os.Getenv("TOKEN_AUDIENCE"),
		ttl:      time.Duration(number("TOKEN_TTL_SECONDS", 7200)) * time.Second,
	}, err
}

func (t *tokens) issue(of *account, person person, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, tokenClaims{
		AppID:  person.appID,
		OpenID: person.openid,
		SID:    of.sid,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.issuer,
			Audience:  jwt.ClaimStrings{t.audience},
			Subject:   of.userID,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(t.ttl)),
			ID:        uuid.NewString(),
		},
	})
	token.Header["kid"] = t.keyID
	return token.SignedString(t.key)
}

// thumbprint is the key's id (RFC 7638).
func thumbprint(key *ecdsa.PublicKey) (string, error) {
	point, err := key.Bytes()
	if err != nil {
		return "", err
	}
	base64url := base64.RawURLEncoding.EncodeToString
	jwk := fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, base64url(point[1:33]), base64url(point[33:]))
	hash := sha256.Sum256([]byte(jwk))
	return base64url(hash[:]), nil
}
