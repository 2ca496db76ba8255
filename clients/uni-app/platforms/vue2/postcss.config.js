const path = require('path')
module.exports = { parser: require('postcss-comment'), plugins: [require('postcss-import')({ resolve(id) { return id } }), require('@dcloudio/vue-cli-plugin-uni/packages/postcss')] }
