// Checks a token of phone-login in Node.js: npm install jose, then node verify.mjs ISSUER AUDIENCE TOKEN.
import { createRemoteJWKSet, jwtVerify } from 'jose'

const [issuer, audience, token] = process.argv.slice(2)
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
const { payload } = await jwtVerify(token, keys, { issuer, audience })
console.log(JSON.stringify({ userId: payload.sub, openid: payload.openid }))
