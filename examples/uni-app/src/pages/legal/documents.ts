/**
 * What a person agrees to before anything is sent. It describes how the back end handles data (docs/data.md). Fill in who
 * you are and where your data are stored, and let your lawyer read it.
 */

const owner = {
  name: '【公司全称】',
  contact: '【客服电话或邮箱】',
  /** Where the back end is deployed. Outside mainland China, the law requires a separate consent. */
  place: '【服务器所在地，例如：中华人民共和国境内（北京）】',
  smsProvider: '【短信服务商，例如：腾讯云计算（北京）有限责任公司】',
} as const

export const documents = {
  terms: {
    title: '用户协议',
    paragraphs: [
      `本小程序由${owner.name}提供。使用前，请阅读本协议。点击同意，即表示您接受本协议。`,
      '您可以授权微信提供的手机号登录，也可以用手机号和短信验证码登录。未注册的手机号在首次登录时自动创建账号，并与您当前的微信身份绑定。',
      '请勿将验证码告诉他人。任何人以客服名义索要验证码，都请拒绝。',
      '您可以随时在“我的”页面退出登录或注销账号。',
    ],
  },
  privacy: {
    title: '隐私政策',
    paragraphs: [
      `${owner.name}按照本政策处理您的个人信息。如有疑问，请联系：${owner.contact}。`,
      '我们收集什么：手机号，由您填写或授权微信提供，用于登录和识别您的账号；微信登录提供的、您在本小程序内的标识（openid），用于确认登录的是您本人；您的网络地址（IP 地址），用于防止验证码被滥用。我们不获取您的微信号、昵称、头像和位置。',
      `保存在哪里：您的信息保存在${owner.place}。登录凭证保存在您的手机上，退出登录即删除。`,
      '保存多久：手机号和 openid 保存到您注销账号为止。日志保存 180 天，其中的手机号和 openid 经过遮盖，网络地址未经遮盖。',
      `提供给谁：短信验证码由${owner.smsProvider}发送，它会收到您的手机号和验证码。除此之外，我们不向第三方提供您的手机号。`,
      '注销账号：在“我的”页面点击“注销账号”。您的手机号、openid 和账号立即从数据库中删除，无法恢复；用于灾难恢复的备份最多再保留 35 天。之后用同一手机号登录，会创建新账号。',
      '您的权利：您可以在“我的”页面查看账号，也可以联系我们查询、更正或删除您的个人信息。',
    ],
  },
} as const
