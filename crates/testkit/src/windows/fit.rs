//! Whether everything in a window can be reached and read.

use anyhow::{Context, Result};

use super::Window;

impl Window {
    /// Controls that are cut off or cannot be reached, text that is cut or runs out of its box, a page that scrolls
    /// sideways: a line each.
    ///
    /// # Errors
    /// The page is gone.
    pub async fn misfits(&self) -> Result<Vec<String>> {
        let found = self.run(include_str!("fit.js"), Vec::new()).await?;
        serde_json::from_value(found).context("the page answers with a list")
    }

    /// Everything that the page says to eyes and to screen readers: texts, labels, titles and placeholders.
    ///
    /// # Errors
    /// The page is gone.
    pub async fn words(&self) -> Result<Vec<String>> {
        const WORDS: &str = "const found = new Set();
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('script, style')) found.add(walker.currentNode.data);
            for (const one of document.body.querySelectorAll('*')) for (const name of ['aria-label', 'title', 'placeholder', 'alt']) found.add(one.getAttribute(name) ?? '');
            return [...found].map((each) => each.replace(/\\s+/g, ' ').trim()).filter(Boolean)";
        let found = self.run(WORDS, Vec::new()).await?;
        serde_json::from_value(found).context("the page answers with a list")
    }
}
