/** The compiled mini program, from the first tap to the token, against the whole back end. */

import './mini-program/form'
import './mini-program/one-tap'
import './mini-program/account'
