/*
  A page that stays up to date: its socket, or asking every few seconds where sockets are
  blocked; the line that says which; one sentence when the workshop or the group moves on.

  Loaded before htmx, which fires the first connection event as soon as it starts. Leaves
  out forms (forms.js). What always holds: what is on the page and the number it is up to
  come from the server; nothing here guesses.
*/
(() => {
  'use strict'

  const HELLO_SECONDS = 10 // without a word from the server for so long, ask for changes
  const SILENT_SECONDS = 40 // it says something every 15; after so long the socket is dead
  const POLL_SECONDS = 3
  const ANSWER_MS = 15000
  const COMES_BACK = [1001, 1005, 1006, 1011, 1012, 1013, 1014]
  const SIGNED_OUT = [4401, 4403]
  const GONE = 4404

  document.body.classList.add('js-enabled', 'govuk-frontend-supported')
  const byId = (id) => document.getElementById(id)

  // ---------- saying things ----------

  const WORDS = {
    still: 'Connecting…',
    on: 'Connected',
    polling: 'Connected; updates every few seconds',
    off: 'Connection lost. Trying again; what you type is kept.',
    ended: 'You have been signed out, so this page no longer changes. Copy what you still need, then load it again.',
    stale: 'This page can no longer be kept up to date. Load it again; what you typed is kept.',
    partial: 'A part of this page did not arrive. Load it again before you go on.',
    gone: 'This workshop has been erased, and nothing more is saved. Copy what you still need from this page.',
    removed: 'You have been taken out of this workshop, and nothing more of yours is saved. Copy what you still need from this page.',
  }
  const OVER = ['ended', 'stale', 'partial', 'gone', 'removed']
  const FOR_GOOD = ['gone', 'removed']
  // Where this browser keeps nothing, nobody may be told that it does.
  const NOT_KEPT = {
    off: 'Connection lost. Trying again. Do not close or reload this page: what you type is nowhere else.',
    stale: 'This page can no longer be kept up to date. Copy what you typed, then load it again.',
  }
  const words = (state) => (window.moments?.kept?.holds() ? WORDS : { ...WORDS, ...NOT_KEPT })[state]

  // ---------- asking ----------

  async function fetchWithin (ms, url, options) {
    const stop = new AbortController()
    options.signal?.addEventListener('abort', () => stop.abort())
    const timer = setTimeout(() => stop.abort(), ms)
    try {
      return await fetch(url, { ...options, signal: stop.signal })
    } finally {
      clearTimeout(timer)
    }
  }

  /* What the server itself says is wrong. Whoever stands in between has errors as well, which
     look otherwise and say nothing of us. */
  async function refusal (answer) {
    if (answer.ok) return null
    try {
      const { error } = await answer.json()
      return typeof error?.kind === 'string' ? error : null
    } catch { return null }
  }

  /* What a refusal means for the page as a whole, if anything. */
  function verdict (wrong) {
    if (wrong?.kind === 'not_found') return wrong.field === 'code' ? 'gone' : 'stale'
    if (wrong?.kind === 'unauthenticated' && wrong.field === 'seat') return 'removed'
    return ['unauthenticated', 'forbidden'].includes(wrong?.kind) ? 'ended' : null
  }

  function announce (text, target) {
    const line = byId('announce')
    const link = byId('announce-link')
    if (!line || line.textContent === text) return
    line.textContent = text
    link.hidden = !target
    if (target) link.hash = target
  }

  let shown = null
  function connection (state) {
    const line = byId('connection')
    if (!line || state === shown) return
    const before = shown
    shown = state
    const over = OVER.includes(state)
    line.dataset.state = over ? 'ended' : state
    byId('connection-words').textContent = words(state)
    if (over || state === 'off') announce(words(state))
    else if (before === 'off') announce('Connected again.')
    if (over && !FOR_GOOD.includes(state)) {
      const again = document.createElement('a')
      again.href = location.href
      again.className = 'govuk-link'
      again.textContent = 'Load again'
      byId('connection-words').append(' ', again)
    }
  }

  // ---------- staying up to date ----------

  const live = byId('live')
  const known = live && {
    since: Number(live.dataset.seq), epoch: live.dataset.epoch, tick: Number(live.dataset.tick),
  }
  const regions = live ? live.dataset.regions.split(' ') : []
  let socket = null
  let heard = Date.now() // when the server last said anything
  let spoke = false // whether this socket has said anything yet
  let ended = false
  let asking = false
  let away = false // another page is shown, and this one may be shown again as it was

  /* Before any of it is shown: a backup was put back, and what was saved since is not. */
  function look (message) {
    if (message.epoch !== undefined && message.epoch !== known.epoch) document.dispatchEvent(new CustomEvent('moments:restored'))
  }

  function learn (message) {
    if (message.epoch === undefined) return
    known.epoch = message.epoch
    known.since = message.seq
    // Regions that did not change keep their tick, so it only ever grows within an epoch.
    known.tick = message.epoch === live.dataset.epoch ? Math.max(known.tick, message.tick) : message.tick
    live.dataset.epoch = message.epoch
  }

  function end (state) {
    ended = true
    connection(state)
    if (FOR_GOOD.includes(state)) document.dispatchEvent(new CustomEvent('moments:over', { detail: state }))
  }

  function changes () {
    const query = new URLSearchParams(known)
    for (const region of regions) query.append('region', region)
    return fetchWithin(ANSWER_MS, `${live.dataset.poll}?${query}`, {
      headers: { Accept: 'application/json' }, cache: 'no-store',
    })
  }

  /* The socket says only that one is out; whether for good, the server says when it is asked. */
  async function out () {
    ended = true
    try {
      end(verdict(await refusal(await changes())) ?? 'ended')
    } catch { end('ended') }
  }

  const on = (name, act) => document.addEventListener(name, act)
  function parsed (event) {
    try { return JSON.parse(event.detail.message.data) } catch { return {} }
  }

  on('htmx:ws:after:connection', (event) => {
    socket = event.detail.connection.socket
    heard = Date.now()
    spoke = false
    socket.send(JSON.stringify({ token: live.dataset.token, ...known, regions }))
  })
  on('htmx:ws:before:message:incoming', (event) => {
    if (event.detail.connection.socket !== socket) return
    heard = Date.now()
    spoke = true
    connection('on')
    look(parsed(event))
  })
  // Only once it has been swapped in: what failed on the way is asked for again.
  on('htmx:ws:after:message:incoming', (event) => {
    learn(parsed(event))
  })
  on('htmx:ws:close', (event) => {
    const { code, reason } = event.detail
    if (reason !== 'closed' || away) return
    spoke = false
    if (SIGNED_OUT.includes(code)) out()
    else if (code === GONE) end('gone')
    else if (!COMES_BACK.includes(code)) end('stale')
    else connection('off')
  })

  async function ask () {
    const started = heard
    try {
      const answer = await changes()
      const over = verdict(await refusal(answer))
      if (over) return end(over)
      if (!answer.ok) return connection('off')
      const message = await answer.json()
      if (heard !== started) return // a socket has spoken meanwhile, and knows better
      look(message)
      if (message.content) {
        await window.htmx.swap({
          sourceElement: live, target: live, swap: 'none swapEmpty:false', text: message.content, transition: false,
        })
      }
      learn(message)
      connection('polling')
    } catch {
      connection('off')
    }
  }

  async function poll () {
    asking = true
    while (!ended && !spoke && !away) {
      await ask()
      await new Promise((resolve) => setTimeout(resolve, POLL_SECONDS * 1000))
    }
    asking = false
  }

  function connectAnew () {
    socket = null
    spoke = false
    heard = Date.now()
    window.htmx.process(live, true)
  }

  if (live) {
    connection('still')
    addEventListener('pagehide', () => { away = true })
    addEventListener('pageshow', (event) => {
      away = false
      if (event.persisted && !ended) connectAnew()
    })
    setInterval(() => {
      if (ended || away) return
      const silent = (Date.now() - heard) / 1000
      if (socket?.readyState === WebSocket.OPEN && silent > SILENT_SECONDS) {
        // Closing a half-open socket gives no event until the other side answers, so it is
        // torn down and made anew.
        connection('off')
        connectAnew()
      } else if (!spoke && silent > HELLO_SECONDS && !asking) {
        poll()
      }
    }, 1000)
  }

  // ---------- what follows from what is shown ----------

  const said = new Map()

  /* Say what has changed since the last look; on the first look, only remember it. */
  function listen () {
    for (const region of document.querySelectorAll('.region[data-says]')) {
      const now = region.hidden ? '' : region.dataset.says + (region.dataset.idea || '')
      const before = said.get(region.id)
      said.set(region.id, now)
      if (before !== undefined && now && now !== before) announce(region.dataset.says, `#${region.id}`)
    }
  }

  const has = (region) => region && !region.hidden && !region.hasAttribute('data-empty')

  /* Forms and folds that go with a region are shown while it is; never hidden over words. */
  function places () {
    const phase = byId('workshop')?.dataset.phase
    for (const place of document.querySelectorAll('[data-shows-with]')) {
      const fits = has(byId(place.dataset.showsWith)) &&
        (!place.dataset.inPhase || !phase || place.dataset.inPhase.split(' ').includes(phase))
      const writing = window.moments.unsaved(place)
      const kept = !fits && window.moments.typed(place) && (writing || place.contains(document.activeElement))
      place.classList.toggle('unsaved', Boolean(kept))
      const was = place.hidden
      place.hidden = !fits && !kept
      if (was && !place.hidden && place.dataset.refresh && !writing) renew(place)
    }
  }

  /* A form that had nothing to ask when the page was made: take it from the page as it is now. */
  function renew (place) {
    if (!place.querySelector('form') || place.querySelector('form input[name="idea"]')) return
    setTimeout(() => {
      window.htmx.ajax('GET', location.pathname, { target: `#${place.id}`, swap: 'innerHTML', select: `#${place.id} > *` })
    }, Math.random() * 1500) // everybody's page does this at the same moment
  }

  function myself () {
    const id = byId('me')?.dataset.person
    for (const member of document.querySelectorAll('.member[data-person]')) {
      const mine = member.dataset.person === id
      member.classList.toggle('is-me', mine)
      member.querySelector('.member__you').hidden = !mine
    }
  }

  /* While ideas are presented or built on, writing is folded away, unless somebody writes. */
  let step = null
  function fold () {
    const writing = byId('writing')
    const stage = byId('stage')
    if (!writing || !stage) return
    const now = stage.hidden ? '' : `${stage.dataset.stage} ${stage.dataset.step}`
    if (now === step) return
    step = now
    writing.open = stage.dataset.step === 'write' || !now || window.moments.typed(writing)
  }
  function quiet () {
    const writing = byId('writing')
    writing?.parentElement.classList.toggle('place--quiet', !writing.open)
  }
  byId('writing')?.addEventListener('toggle', quiet)

  /* A push may take away what has the focus, such as the button just pressed: then the
     nearest thing around it that is left gets it, and nobody starts again from the top. Where
     one thing of a list has come in its stead, such as the card drawn, that one gets it. */
  let held = null
  const items = (list) => [...list?.children ?? []].map((each) => each.id)
  on('focusin', ({ target }) => {
    held = { target, around: [], beside: items(target.closest('li[id]')?.parentElement) }
    for (let each = target; each; each = each.parentElement) if (each.id) held.around.push(each.id)
  })
  on('pointerdown', ({ target }) => { // somebody who points elsewhere has let go of it
    if (!held?.target.contains(target)) held = null
  })
  function refocus () {
    if (!held || held.target.isConnected || document.activeElement !== document.body) return
    const places = held.around.map(byId).filter(Boolean)
    const list = held.beside.map(byId).find(Boolean)?.parentElement
    const [drawn, ...more] = items(list).filter((id) => !held.beside.includes(id))
    if (drawn && !more.length && !byId(held.around.find((id) => held.beside.includes(id)))) {
      places.unshift(byId(drawn).querySelector('input'), byId(drawn))
    }
    for (const place of places.filter(Boolean)) {
      if (place.tabIndex < 0) place.tabIndex = -1
      place.focus({ preventScroll: true })
      if (document.activeElement === place) return
    }
  }

  function follow () {
    refocus()
    places()
    fold()
    quiet()
    myself()
    listen()
    document.dispatchEvent(new CustomEvent('moments:shown'))
    places() // words that were just given back hold their place open too
  }
  on('focusout', () => setTimeout(places))
  on('DOMContentLoaded', () => {
    // Where the network took one of the scripts, nothing on the page may claim to be saved.
    if (window.htmx && ['fields', 'kept', 'drafts', 'unsaved'].every((part) => window.moments[part])) follow()
    else end('partial')
  })
  on('htmx:after:swap', follow)

  window.moments = { announce, byId, ended: () => ended, end, fetchWithin, refusal, verdict }
})()
