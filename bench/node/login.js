// POST /login, as in functions/login: the same ticket, the same items, the same token. What a login of a person has in
// it, and no more: problems in other words than the contract's, no logs, no metrics.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { calculateJwkThumbprint, exportJWK, importPKCS8, jwtVerify, SignJWT } from 'jose'
import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile'

const { env } = process
const dynamodb = new DynamoDBClient({})
const ticketKey = new TextEncoder().encode(env.TICKET_KEY)
const signingKey = importPKCS8(env.TOKEN_SIGNING_KEY, 'ES256', { extractable: true })
const keyId = signingKey.then(exportJWK).then(({ d, ...jwk }) => calculateJwkThumbprint(jwk))
const countries = (env.ALLOWED_COUNTRIES ?? 'CN').split(',')
const limit = Number(env.CODE_MAX_ATTEMPTS ?? 5)
const ttl = Number(env.TOKEN_TTL_SECONDS ?? 7200)

export async function handler(event) {
  const body = JSON.parse(event.body)
  const ticket = await verified(body.ticket)
  if (!ticket) return answer(400, { code: 'ticket_invalid' })
  const number = parsePhoneNumberFromString(body.phoneNumber, env.DEFAULT_COUNTRY ?? 'CN')
  if (!number?.isValid()) return answer(400, { code: 'invalid_phone_number' })
  if (!countries.includes(number.country)) return answer(400, { code: 'unsupported_country' })

  const openidKey = `openid#${ticket.app_id}#${ticket.sub}`
  const [attempt, known] = await Promise.all([check(number.number, body.verifyCode, ticket), read(openidKey)])
  if (!attempt) return answer(400, { code: 'code_incorrect' })

  const userId = known?.user_id.S ?? randomUUID()
  if (!known) await create(userId, openidKey, number.number)
  const token = await new SignJWT({ openid: ticket.sub })
    .setProtectedHeader({ typ: 'JWT', alg: 'ES256', kid: await keyId })
    .setIssuer(env.TOKEN_ISSUER)
    .setAudience(env.TOKEN_AUDIENCE)
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(`${ttl}s`)
    .setJti(randomUUID())
    .sign(await signingKey)
  return answer(200, { token, tokenType: 'Bearer', expiresIn: ttl, userId, isNewUser: !known })
}

async function verified(ticket) {
  try {
    const options = { audience: 'wechat-ticket', typ: 'wechat-ticket+jwt', algorithms: ['HS256'] }
    return (await jwtVerify(ticket, ticketKey, options)).payload
  } catch {
    return undefined
  }
}

// Counts the attempt and judges it by the list that comes back: the first that matches wins, for its openid.
async function check(number, code, { app_id: appId, sub: openid }) {
  const guess = tag('code', number, code)
  const by = tag('person', appId, openid)
  const { Attributes: item } = await dynamodb.send(new UpdateItemCommand({
    TableName: env.CODES_TABLE,
    Key: { pk: { S: tag('number', number).toString('base64url') } },
    ConditionExpression: '#expires > :now AND size(#attempts) < :limit',
    UpdateExpression: 'SET #attempts = list_append(#attempts, :attempt)',
    ExpressionAttributeNames: { '#expires': 'expires', '#attempts': 'attempts' },
    ExpressionAttributeValues: {
      ':now': { N: String(Math.floor(Date.now() / 1000)) },
      ':limit': { N: String(limit) },
      ':attempt': { L: [{ M: { guess: { B: guess }, by: { B: by } } }] },
    },
    ReturnValues: 'ALL_NEW',
  }))
  const winner = item.attempts.L.find(({ M }) => timingSafeEqual(M.guess.B, item.code.B))
  return winner && timingSafeEqual(winner.M.by.B, by) && timingSafeEqual(guess, item.code.B)
}

async function read(pk) {
  const command = new GetItemCommand({ TableName: env.USERS_TABLE, Key: { pk: { S: pk } }, ConsistentRead: true })
  return (await dynamodb.send(command)).Item
}

async function create(userId, openidKey, number) {
  const put = (pk, attributes) => ({
    Put: {
      TableName: env.USERS_TABLE,
      Item: { pk: { S: pk }, ...attributes },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  })
  const user_id = { S: userId }
  const phone = { S: number }
  const created_at = { N: String(Math.floor(Date.now() / 1000)) }
  await dynamodb.send(new TransactWriteItemsCommand({
    TransactItems: [
      put(openidKey, { user_id, phone }),
      put(`phone#${number}`, { user_id }),
      put(`user#${userId}`, { phone, openids: { SS: [openidKey] }, created_at }),
    ],
  }))
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
