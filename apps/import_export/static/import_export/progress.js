// Moves the bar of a page while a worker goes on, and loads the page anew when the work is over.
"use strict";

(() => {
    const PAUSE = 2000; // milliseconds
    const bar = document.querySelector("progress[data-address]");
    const text = document.getElementById("progress-text");

    async function look() {
        try {
            const response = await fetch(bar.dataset.address, { headers: { Accept: "application/json" } });
            if (response.ok) {
                const progress = await response.json();
                if (!progress.is_moving) {
                    window.location.reload();
                    return;
                }
                bar.max = progress.total || 1;
                bar.value = progress.done;
                text.textContent = progress.text;
            } else if (response.status < 500) {
                return; // not one's own any more
            }
        } catch (error) {
            // The network is away, or the login is over and the answer is no JSON: ask again.
        }
        setTimeout(look, PAUSE);
    }

    if (bar) {
        setTimeout(look, PAUSE / 2);
    }
})();
