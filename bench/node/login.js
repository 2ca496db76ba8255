// POST /login, as in functions/login: the same ticket, the same items, the same token. It does only what a login by SMS
// needs: its problems have no texts, and it writes no logs and no metrics.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import {
  BatchGetItemCommand, ConditionalCheckFailedException, DynamoDBClient, TransactionCanceledException, TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { calculateJwkThumbprint, exportJWK, importPKCS8, jwtVerify, SignJWT } from 'jose'
import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile'

const { env } = process
const dynamodb = new DynamoDBClient({})
const ticketKey = new TextEncoder().encode(env.TICKET_KEY)
const signingKey = importPKCS8(env.TOKEN_SIGNING_KEY, 'ES256', { extractable: true })
const keyId = signingKey.then(exportJWK).then(({ d, ...jwk }) => calculateJwkThumbprint(jwk))
const countries = (env.ALLOWED_COUNTRIES ?? 'CN').split(',')
const limit = Number(env.CODE_MAX_ATTEMPTS ?? 5)
const dailyGuesses = Number(env.OPENID_DAILY_GUESSES ?? 20)
const ttl = Number(env.TOKEN_TTL_SECONDS ?? 7200)

const day = 24 * 60 * 60

class Refusal extends Error {
  constructor(status, code) {
    super(code)
    this.status = status
  }
}

export async function handler(event) {
  try {
    return answer(200, await logIn(JSON.parse(event.body), Math.floor(Date.now() / 1000)))
  } catch (error) {
    if (error instanceof Refusal) return answer(error.status, { code: error.message })
    throw error
  }
}

async function logIn(body, now) {
  const ticket = await verified(body.ticket)
  const number = parsePhoneNumberFromString(body.phoneNumber, env.DEFAULT_COUNTRY ?? 'CN')
  if (!number?.isValid()) throw new Refusal(400, 'invalid_phone_number')
  if (!countries.includes(number.country)) throw new Refusal(400, 'unsupported_country')

  const [verdict, { account: known, guesses }] =
    await Promise.all([check(number.number, body.verifyCode, ticket, now), read(ticket, now)])
  if (guesses >= dailyGuesses) throw new Refusal(429, 'too_many_attempts')
  if (verdict?.message === 'code_incorrect') await countGuess(ticket, now)
  if (verdict) throw verdict
  // Changes of number are not measured.
  if (known && known.phone?.S !== number.number) throw new Refusal(409, 'phone_taken')

  const account = known ?? await create(ticket, number.number, now)
  const userId = account.user_id.S
  const token = await new SignJWT({ azp: ticket.app_id, openid: ticket.sub, sid: account.sid.S })
    .setProtectedHeader({ typ: 'JWT', alg: 'ES256', kid: await keyId })
    .setIssuer(env.TOKEN_ISSUER)
    .setAudience(env.TOKEN_AUDIENCE)
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(now + ttl)
    .setJti(randomUUID())
    .sign(await signingKey)
  return { token, tokenType: 'Bearer', expiresIn: ttl, userId, isNewUser: !known }
}

async function verified(ticket) {
  try {
    const options = { audience: 'wechat-ticket', typ: 'wechat-ticket+jwt', algorithms: ['HS256'], requiredClaims: ['exp'] }
    return (await jwtVerify(ticket, ticketKey, options)).payload
  } catch {
    throw new Refusal(400, 'ticket_invalid')
  }
}

// Counts the attempt and judges it by the list that comes back. Returns undefined if the person may log in.
async function check(number, code, { app_id: appId, sub: openid }, now) {
  const guess = tag('code', number, code)
  const by = tag('person', appId, openid)
  try {
    const { Attributes: live } = await dynamodb.send(new UpdateItemCommand({
      TableName: env.CODES_TABLE,
      Key: { pk: { S: key('number', number) } },
      ConditionExpression: '#expires > :now AND size(#attempts) < :limit',
      UpdateExpression: 'SET #attempts = list_append(#attempts, :attempt)',
      ExpressionAttributeNames: { '#expires': 'expires', '#attempts': 'attempts' },
      ExpressionAttributeValues: {
        ':now': { N: String(now) },
        ':limit': { N: String(limit) },
        ':attempt': { L: [{ M: { guess: { B: guess }, by: { B: by } } }] },
      },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }))
    return judge(live, guess, by, true, now)
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return judge(error.Item, guess, by, false, now)
    throw error
  }
}

// Gives the code to the first attempt that matches, and only to its person.
function judge(live, guess, by, counted, now) {
  if (!live || Number(live.expires?.N) <= now) return new Refusal(400, 'code_expired')
  const code = live.code.B
  if (!timingSafeEqual(guess, code)) {
    return counted ? new Refusal(400, 'code_incorrect') : new Refusal(429, 'too_many_attempts')
  }
  const winner = live.attempts.L.find(({ M }) => timingSafeEqual(M.guess.B, code))
  if (!winner) return new Refusal(429, 'too_many_attempts')
  return timingSafeEqual(winner.M.by.B, by) ? undefined : new Refusal(400, 'code_used')
}

// Counts a wrong guess of a person for the day, over all numbers.
async function countGuess(ticket, now) {
  await dynamodb.send(new UpdateItemCommand({
    TableName: env.CODES_TABLE,
    Key: { pk: { S: guessesKey(ticket, now) } },
    UpdateExpression: 'ADD #count :one SET #ttl = :ends',
    ExpressionAttributeNames: { '#count': 'count', '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':one': { N: '1' }, ':ends': { N: String((Math.floor(now / day) + 1) * day) } },
  }))
}

// The person's item and their wrong guesses of the day, in one round trip.
async function read(ticket, now) {
  const keys = (pk) => ({ Keys: [{ pk: { S: pk } }], ConsistentRead: true })
  const { Responses, UnprocessedKeys } = await dynamodb.send(new BatchGetItemCommand({
    RequestItems: {
      [env.CODES_TABLE]: keys(guessesKey(ticket, now)),
      [env.USERS_TABLE]: keys(openidKey(ticket)),
    },
  }))
  if (Object.keys(UnprocessedKeys ?? {}).length > 0) throw new Error('DynamoDB has left keys out of its answer')
  const [counted] = Responses[env.CODES_TABLE] ?? []
  const [account] = Responses[env.USERS_TABLE] ?? []
  return { account, guesses: Number(counted?.count.N ?? 0) }
}

async function create(ticket, number, now) {
  const put = (pk, attributes) => ({
    Put: {
      TableName: env.USERS_TABLE,
      Item: { pk: { S: pk }, ...attributes },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  })
  const openid = openidKey(ticket)
  const user_id = { S: randomUUID() }
  const phone = { S: number }
  const at = { N: String(now) }
  const account = { user_id, phone, sid: { S: randomUUID() }, proved_at: at }
  try {
    await dynamodb.send(new TransactWriteItemsCommand({
      TransactItems: [
        put(openid, account),
        put(`user#${user_id.S}`, { phone, openids: { SS: [openid] }, owner: { S: openid }, created_at: at }),
        put(`phone#${number}`, { user_id, proved_at: at }),
      ],
    }))
  } catch (error) {
    if (error instanceof TransactionCanceledException) throw new Refusal(409, 'phone_taken')
    throw error
  }
  return account
}

function openidKey({ app_id: appId, sub: openid }) {
  return `openid#${appId}#${openid}`
}

function guessesKey({ app_id: appId, sub: openid }, now) {
  return key('counter', 'Guesses', `${appId}#${openid}`, String(Math.floor(now / day)))
}

function key(...parts) {
  return tag(...parts).toString('base64url')
}

function tag(...parts) {
  const hmac = createHmac('sha256', env.CODE_PEPPER)
  for (const part of parts) {
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(Buffer.byteLength(part)))
    hmac.update(length).update(part)
  }
  return hmac.digest()
}

function answer(statusCode, body) {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  }
}
