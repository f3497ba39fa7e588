/*
  Forms: what is typed is never lost, and sent once.

  A post that the network swallowed is sent again, the very same, until it is answered. Leaves
  out what is sent as it is typed (drafts.js) and what regions show (app.js). What always
  holds: a form's words stay in it until the server has answered that it took them.
*/
(() => {
  'use strict'

  const ATTEMPT_MS = 20000
  const TRY_AGAIN = [429, 502, 503, 504]
  const { announce, byId, fetchWithin, kept, drafts } = window.moments
  const { CHOICES, texts, typed, posts, choices, chosen } = window.moments.fields

  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  // ---------- what is typed and not yet anywhere else ----------

  const sending = new WeakSet()
  const sent = new Map() // by the form's id: what was chosen when it was sent

  function unsaved (root) {
    return posts(root).some((form) => {
      if (sending.has(form)) return true
      if (drafts.has(form)) return drafts.unsaved(form)
      if (form.dataset.refused && typed(form)) return true
      return texts(form).some((field) => field.value !== field.defaultValue)
    })
  }
  window.moments.unsaved = unsaved

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

  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form
      if (!form?.matches('form.form[hx-post]')) return
      if (CHOICES.includes(event.target.name) && event.target.type === 'radio') {
        form.dataset[event.target.name] = event.target.value
      }
      if (drafts.has(form)) drafts.edited(form)
      else kept.keep(form)
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
    const words = (why) => `Not sent yet: ${why}. ` + (kept.holds()
      ? 'Your words are kept; trying again.'
      : 'Trying again. Do not close or reload this page: your words are nowhere else.')
    for (let tries = 0; ; tries++) {
      let pause = drafts.backOff(tries)
      try {
        const answer = await fetchWithin(ATTEMPT_MS, url, request)
        if (!TRY_AGAIN.includes(answer.status)) return answer
        const asked = Number(answer.headers.get('Retry-After'))
        if (asked > 0) pause = Math.min(asked, 30) * 1000
        tell(form, words('the server is busy'))
      } catch (error) {
        if (request.signal?.aborted) throw error
        tell(form, words('there is no connection'))
      }
      await wait(pause)
    }
  }

  document.addEventListener('htmx:config:request', (event) => {
    const { ctx } = event.detail
    const form = ctx.sourceElement
    if (ctx.request.method !== 'POST' || !form.matches('form')) return
    drafts.pause(form) // what is sent now holds all of it, and later
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
      else drafts.keep(form)
      if (leaving) delete form.dataset.refused
      if (leaving) for (const field of texts(form)) field.defaultValue = field.value
      if (leaving) sending.delete(form)
      return
    }
    // A whole page, from us or from something in between: it must not replace the words.
    event.preventDefault()
    drafts.keep(form)
    const page = new DOMParser().parseFromString(ctx.text, 'text/html')
    const problem = page.getElementById('problem')?.textContent
    tell(form, `Not sent. ${problem ?? `The server answered with an error (${ctx.response.status}).`} Your words are still here.`)
  })

  document.addEventListener('htmx:finally:request', (event) => {
    const form = event.detail.ctx.sourceElement
    if (!sending.has(form)) return
    sending.delete(form)
    hold(form, false)
    drafts.resume(form)
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
    const version = form.dataset.draftUrl && (byId('me')?.dataset.draft ?? '')
    const { elsewhere, upon } = first ? kept.giveBack(form, version) : {}
    if (elsewhere) tell(form, `You had written this about another idea: “${elsewhere}”`)
    drafts.meet(form, { first, taken, upon })
    if (form.dataset.refused) drafts.keep(form)
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
      drafts.compare(form)
    }
    first = false
  })
})()
