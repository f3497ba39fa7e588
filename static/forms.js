/*
  Forms: what is typed is never lost, sent once, and said to be saved only when it is.

  A draft is sent as it is typed; a post that the network swallowed is sent again, the very
  same, until it is answered. Leaves out what regions show (app.js). What always holds:
  "Saved" is said only after the server said so, about exactly what stands in the form.
*/
(() => {
  'use strict'

  const TYPED_MS = 700
  const ATTEMPT_MS = 20000
  const CHOICES = ['card', 'barrier', 'idea'] // radios in regions, which come and go
  const TRY_AGAIN = [429, 502, 503, 504]
  const { announce, byId, kept, texts } = window.moments

  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const backOff = (tries) => Math.min(1000 * 2 ** tries, 8000) * (0.8 + Math.random() * 0.4)
  const posts = (root = document) => [...root.querySelectorAll('form.form[hx-post]')]
  const choices = (form, name) => [...document.querySelectorAll(`input[name="${name}"][form="${form.id}"]`)]
  const chosen = (form, name) => choices(form, name).find((input) => input.checked)

  /* What stands in a form, without what only the page needs. */
  function content (form) {
    const all = new FormData(form)
    for (const name of ['ref', 'form_name', 'kind', 'kept_card', 'kept_barrier']) all.delete(name)
    return new URLSearchParams(all).toString()
  }

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

  // ---------- what is typed and not yet anywhere else ----------

  const sending = new WeakSet()
  const sent = new Map() // by the form's id: what was chosen when it was sent
  /* form: { saved: its content when last saved, stamp: which save that was, seen: which save the
     server holds, as far as this page was told, dirty, timer, tries, busy } */
  const drafts = new WeakMap()

  const typed = (root) => texts(root).some((field) => field.value.trim())
  function unsaved (root) {
    return posts(root).some((form) => {
      if (sending.has(form)) return true
      const draft = drafts.get(form)
      if (draft) return draft.dirty
      if (form.dataset.refused && typed(form)) return true
      return texts(form).some((field) => field.value !== field.defaultValue)
    })
  }
  Object.assign(window.moments, { typed, unsaved, chosen })

  // Enter in a field of a part that has a button of its own presses that one.
  document.addEventListener('keydown', (event) => {
    const own = event.key === 'Enter' && event.target.matches('input') && event.target.closest('[data-enter]')
    if (!own) return
    event.preventDefault()
    byId(own.dataset.enter).click()
  })

  addEventListener('beforeunload', (event) => {
    if (unsaved(document)) event.preventDefault()
  })

  // ---------- drafts ----------

  function status (form, state, words) {
    const line = byId(`${form.id}-status`)
    if (!line) return
    const before = line.dataset.state
    if (before === state && line.textContent === words) return
    line.dataset.state = state
    line.textContent = words
    // Each save is shown; only that something is wrong, or right again, is said aloud.
    const wrong = ['unsaved', 'lost', 'elsewhere']
    if (wrong.includes(state) && before !== state) announce(words)
    else if (state === 'saved' && wrong.includes(before)) announce('Saved. Nothing was lost.')
  }

  function schedule (form, ms = TYPED_MS) {
    const draft = drafts.get(form)
    clearTimeout(draft.timer)
    draft.timer = setTimeout(() => save(form), ms)
  }

  function changed (form) {
    const draft = drafts.get(form)
    if (!draft || sending.has(form)) return
    draft.dirty = content(form) !== draft.saved
    if (!draft.dirty) return
    // What was said to be wrong stays until it is right.
    if (draft.tries === 0) status(form, 'saving', 'Saving…')
    schedule(form)
  }

  async function save (form) {
    const draft = drafts.get(form)
    const now = content(form)
    if (!form.isConnected || sending.has(form) || draft.busy || !draft.dirty) return
    draft.busy = new AbortController()
    try {
      const answer = await fetchWithin(ATTEMPT_MS, form.dataset.draftUrl, {
        method: 'POST', body: new URLSearchParams(new FormData(form)), signal: draft.busy.signal,
        headers: { Accept: 'application/json' }, credentials: 'same-origin',
      })
      if (answer.status === 401 || answer.status === 403) {
        status(form, 'lost', 'You have been signed out, so this is not saved. Copy your words, then load the page again.')
        return
      }
      if (answer.status === 422 || answer.status === 409) {
        const { error } = await answer.json()
        status(form, 'unsaved', `Not saved. ${error.message}`)
        return // trying the same again would not help
      }
      if (!answer.ok) throw new Error(String(answer.status))
      const { saved_at: at, stamp } = await answer.json()
      draft.saved = now
      draft.stamp = stamp
      draft.tries = 0
      if (content(form) === now) {
        draft.dirty = false
        status(form, 'saved', `Saved ${at}`)
        kept.drop(form)
      } else {
        schedule(form)
      }
    } catch {
      if (!form.isConnected || sending.has(form)) return
      draft.tries += 1
      status(form, 'unsaved', 'Not saved yet, trying again. Your words are still here.')
      schedule(form, backOff(draft.tries))
    } finally {
      draft.busy = null
      compare(form)
    }
  }

  /* A person has one draft, and may have two windows: where another one has saved over what
     stands here, or sent it, this one does not go on saying that it is saved. */
  function compare (form) {
    const draft = drafts.get(form)
    const now = byId('me')?.dataset.draft
    if (now === undefined || draft.busy || now === draft.seen) return
    draft.seen = now
    // A save of our own may be told of late, after newer ones; stamps are times, in order.
    const ours = now === draft.stamp || (now && now < draft.stamp)
    if (ours || sending.has(form) || !typed(form) || draft.saved === null) return
    draft.saved = null
    draft.dirty = true
    kept.keep(form)
    status(form, 'elsewhere', 'Not saved any more: another window of yours has sent or saved other words since. What stands here is kept in this window. Type on to save it instead.')
  }

  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form
      if (!form?.matches('form.form[hx-post]')) return
      if (CHOICES.includes(event.target.name) && event.target.type === 'radio') {
        form.dataset[event.target.name] = event.target.value
      }
      kept.keep(form)
      changed(form)
    }, true) // before anybody else hears of it: not for a moment may "Saved" stand beside newer words
  }

  // ---------- sending ----------

  document.addEventListener('submit', (event) => {
    if (!sending.has(event.target)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }, true)

  /* Words cannot be changed while they are on their way, or what came back would replace
     words that were never sent. */
  function hold (form, held) {
    for (const field of texts(form)) field.readOnly = held
    for (const button of form.querySelectorAll('button')) {
      if (held) button.setAttribute('aria-disabled', 'true')
      else button.removeAttribute('aria-disabled')
    }
  }

  function tell (form, words) {
    const line = byId(`${form.id}-sending`)
    if (line) line.textContent = words
    else announce(words)
  }

  /* Send until there is an answer: always the same words under the same ref, so that the
     server does it once however often it hears of it. */
  async function insist (form, url, request) {
    for (let tries = 0; ; tries++) {
      let pause = backOff(tries)
      try {
        const answer = await fetchWithin(ATTEMPT_MS, url, request)
        if (!TRY_AGAIN.includes(answer.status)) return answer
        const asked = Number(answer.headers.get('Retry-After'))
        if (asked > 0) pause = Math.min(asked, 30) * 1000
        tell(form, 'Not sent yet: the server is busy. Your words are kept; trying again.')
      } catch (error) {
        if (request.signal?.aborted) throw error
        tell(form, 'Not sent yet: there is no connection. Your words are kept; trying again.')
      }
      await wait(pause)
    }
  }

  document.addEventListener('htmx:config:request', (event) => {
    const { ctx } = event.detail
    const form = ctx.sourceElement
    if (ctx.request.method !== 'POST' || !form.matches('form')) return
    const draft = drafts.get(form)
    if (draft) {
      clearTimeout(draft.timer)
      draft.busy?.abort() // what is sent now holds all of it, and later
    }
    if (form.matches('form.form')) {
      // What was sent before the page was loaded again goes out again as it was, under its ref.
      ctx.request.body = kept.sentBefore(form) ?? ctx.request.body
      kept.keepSent(form, ctx.request.body)
    }
    sending.add(form)
    sent.set(form.id, Object.fromEntries(CHOICES.map((name) => [name, chosen(form, name)?.value])))
    hold(form, true)
    ctx.request.timeout = 0 // each attempt has its own
    ctx.fetch = (url, request) => insist(form, url, request)
  })

  const IS_OURS = /^\s*<(form|hx-partial)[\s>]/
  document.addEventListener('htmx:after:request', (event) => {
    const { ctx } = event.detail
    const form = ctx.sourceElement
    if (!form.matches?.('form')) return
    const { redirect, refresh, location: moved } = ctx.hx
    const leaving = redirect || refresh || moved
    if (leaving || IS_OURS.test(ctx.text)) {
      // Answered it is, either way: what was refused is not sent again as it was.
      if (ctx.response.status < 400) kept.drop(form)
      else kept.keep(form)
      if (leaving) delete form.dataset.refused
      if (leaving) for (const field of texts(form)) field.defaultValue = field.value
      if (leaving) sending.delete(form)
      return
    }
    // A whole page, from us or from something in between: it must not replace the words.
    event.preventDefault()
    kept.keep(form)
    const page = new DOMParser().parseFromString(ctx.text, 'text/html')
    const problem = page.getElementById('problem')?.textContent
    tell(form, `Not sent. ${problem ?? `The server answered with an error (${ctx.response.status}).`} Your words are still here.`)
  })

  document.addEventListener('htmx:finally:request', (event) => {
    const form = event.detail.ctx.sourceElement
    if (!sending.has(form)) return
    sending.delete(form)
    hold(form, false)
    if (drafts.has(form)) changed(form)
  })

  // ---------- a form that has just appeared ----------

  const met = new WeakSet()

  /* What was chosen, where the region it was chosen in was gone for a while. */
  function tick (form, name) {
    const wanted = form.dataset[name]
    const input = wanted && choices(form, name).find((each) => each.value === wanted)
    if (input && !chosen(form, name)) input.checked = true
  }

  function meet (form, first) {
    met.add(form)
    const taken = form.dataset.saved && !form.dataset.refused && !first
    for (const name of CHOICES) {
      const played = taken && chosen(form, name)
      // What was chosen while this was on its way is for the next one.
      if (played && played.value === sent.get(form.id)?.[name]) played.checked = false
      tick(form, name)
      form.querySelector(`input[type="hidden"][name="kept_${name}"]`)?.remove() // the radios hold it now
    }
    if (taken) for (const box of choices(form, 'ideas')) box.checked = false
    const elsewhere = first && kept.giveBack(form)
    if (elsewhere) tell(form, `You had written this about another idea: “${elsewhere}”`)
    if (form.dataset.draftUrl) {
      // A draft that came with the page is saved; what was typed in vain, or given back, is not.
      const asServed = first && !texts(form).some((field) => field.value !== field.defaultValue)
      const stamp = byId('me')?.dataset.draft ?? ''
      drafts.set(form, {
        saved: asServed || taken ? content(form) : null, stamp: taken ? '' : stamp, seen: stamp, dirty: false, timer: 0, tries: 0, busy: null,
      })
      if (!asServed && !taken) changed(form)
    }
    if (form.dataset.refused) kept.keep(form)
    if (first && kept.sentBefore(form)) {
      tell(form, 'Sending again what was on its way when this page was loaded.')
      setTimeout(() => form.requestSubmit()) // htmx looks at the page first
    }
    if (taken) announce(form.querySelector('[data-state="taken"], .form__taken')?.textContent.trim() ?? 'Done.')
    // The next idea to rate stands above the button that was pressed.
    if (taken) form.querySelector('.rate__idea, .rate__done')?.focus()
  }

  let first = true
  document.addEventListener('moments:shown', () => {
    for (const form of posts()) {
      if (!met.has(form)) meet(form, first)
      for (const name of CHOICES) tick(form, name)
      if (drafts.has(form)) compare(form)
    }
    first = false
  })
})()
