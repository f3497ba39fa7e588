/*
  What is being played: the barrier and the card chosen, shown beside the words that go with
  them; the cards that fit the barrier; the idea that is being built on. A card is turned over
  by the keyboard.

  After forms.js. Leaves out sending. What always holds: it only repeats what stands elsewhere
  on the page, as text, and the page can be used without it.
*/
(() => {
  'use strict'

  const { byId, chosen } = window.moments

  const show = (line, text) => {
    if (!line) return
    line.hidden = !text
    if (line.textContent !== text) line.textContent = text
  }

  function play () {
    const form = byId('write')
    if (!form) return
    const line = (name) => form.querySelector(`[data-play="${name}"]`)
    const barrier = chosen(form, 'barrier')
    const card = chosen(form, 'card')
    const face = card && byId(`card-${card.value}`)
    show(line('barrier'), barrier?.labels[0].textContent ?? '')
    show(line('card'), card?.labels[0].textContent ?? '')
    show(line('question'), face?.querySelector('.card__question').lastChild.textContent ?? '')
    line('against').hidden = !(barrier && card)
    line('none').hidden = Boolean(barrier || card)
    for (const item of document.querySelectorAll('.card[data-fits]')) {
      const fits = barrier && item.dataset.fits.split(' ').includes(barrier.value)
      const [some, mine] = [item.querySelector('.fits--some'), item.querySelector('.fits--chosen')]
      if (some) some.hidden = Boolean(fits)
      if (mine) mine.hidden = !fits
    }
  }

  /* The idea that was chosen goes with the words, also once its radio has gone with its stage. */
  function keepAbout (form, idea) {
    let kept = form.querySelector('input[name="kept_idea"]')
    if (!idea) return kept?.remove()
    if (!kept) {
      kept = Object.assign(document.createElement('input'), { type: 'hidden', name: 'kept_idea' })
      form.append(kept)
    }
    kept.value = idea
  }

  function about () {
    const form = byId('build')
    const line = byId('build-idea')
    if (!form || !line) return
    const idea = chosen(form, 'idea')?.value ?? form.dataset.idea
    keepAbout(form, idea)
    const place = byId(`idea-${idea}`) ?? byId(`earlier-${idea}`)
    const words = place?.querySelector('.idea__words').textContent
    line.textContent = words ? `About: “${words.length > 160 ? `${words.slice(0, 160)}…` : words}”` : 'Choose an idea above: “Say something about this”.'
  }

  function repeat () {
    play()
    about()
  }

  /* Enter on a card, and Space on one that is chosen already, turn it over. Enter would send
     the form otherwise, before there is anything in it. */
  document.addEventListener('keydown', (event) => {
    const { target, key } = event
    if (!target.matches?.('#hand input[name=card]') || event.altKey || event.ctrlKey || event.metaKey) return
    if (key !== 'Enter' && !(key === ' ' && target.checked)) return
    event.preventDefault()
    if (event.repeat) return
    const study = byId(`study-${target.value}`)
    study.open = !study.open
    if (study.open) study.querySelector('summary').focus()
  })
  document.addEventListener('change', repeat)
  document.addEventListener('moments:shown', repeat)
})()
