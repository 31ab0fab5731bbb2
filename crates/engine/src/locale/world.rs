//! Countries, currencies and languages, as `data/locale/make.mjs` took them out of Unicode CLDR.

use std::iter::zip;

const COUNTRIES: &str = include_str!("../../data/locale/countries.tsv");
const CURRENCIES: &str = include_str!("../../data/locale/currencies.tsv");
const LANGUAGES: &str = include_str!("../../data/locale/languages.tsv");
const NAMES: &str = include_str!("../../data/locale/names.tsv");

/// Cells before the names in a line of `names.tsv`, and how many of the names are continents.
const BEFORE: usize = 2;
const CONTINENTS: usize = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1, two letters.
    pub code: &'static str,
    /// Two letters: `EU`.
    pub continent: &'static str,
    /// Member of the European Union.
    pub eu: bool,
    /// Without the plus; none where nobody can be called.
    pub phone: Option<&'static str>,
    /// ISO 4217; empty where there is none.
    pub currency: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Currency {
    /// ISO 4217.
    pub code: &'static str,
    pub symbol: &'static str,
    /// As where one pays with it.
    pub native: &'static str,
    pub digits: u8,
    /// The smallest coin, where it is not one of the last digit; else 0.
    pub rounding: f64,
    pub name: &'static str,
    pub plural: &'static str,
}

/// The rows of a table by cells, without its head.
fn rows<const CELLS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; CELLS]> {
    table.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        let row = std::array::from_fn(|_| cells.next().unwrap_or_default());
        cells.next().is_none().then_some(row)
    })
}

pub fn countries() -> impl Iterator<Item = Country> {
    rows(COUNTRIES).map(|[code, continent, eu, phone, currency]| Country {
        code,
        continent,
        eu: eu == "1",
        phone: Some(phone).filter(|phone| !phone.is_empty()),
        currency,
    })
}

pub fn currencies() -> impl Iterator<Item = Currency> {
    rows(CURRENCIES).map(|[code, symbol, native, digits, rounding, name, plural]| Currency {
        code,
        symbol,
        native,
        digits: digits.parse().unwrap_or(2),
        rounding: rounding.parse().unwrap_or_default(),
        name,
        plural,
    })
}

/// Code (ISO 639-1), English name and the name that those who speak it give it.
pub fn languages() -> impl Iterator<Item = [&'static str; 3]> {
    rows(LANGUAGES)
}

/// The languages in which names are known: code and English name.
pub fn locales() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?))
    })
}

/// Codes and names in one language, in the table's order.
#[derive(Debug, Clone, Copy)]
pub struct Names(&'static str);

impl Names {
    /// In the language of a locale (`de`, `de-AT`, `de_AT`), in English where that is not known.
    pub fn of(locale: &str) -> Self {
        let language = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let line =
            |language: &str| NAMES.lines().skip(1).find(|line| line.split('\t').next() == Some(language));
        Self(line(&language).or_else(|| line("en")).unwrap_or_default())
    }

    fn all(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let head = NAMES.lines().next().unwrap_or_default();
        zip(head.split('\t'), self.0.split('\t')).skip(BEFORE)
    }

    /// The name of a country; empty where it is not known.
    pub fn country(self, code: &str) -> &'static str {
        self.countries().find(|(known, _)| *known == code).map_or("", |(_, name)| name)
    }

    pub fn continent(self, code: &str) -> &'static str {
        self.continents().find(|(known, _)| *known == code).map_or("", |(_, name)| name)
    }

    pub fn continents(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.all().take(CONTINENTS)
    }

    pub fn countries(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.all().skip(CONTINENTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_whole() {
        assert_eq!(countries().count(), COUNTRIES.lines().count() - 1);
        assert_eq!(currencies().count(), CURRENCIES.lines().count() - 1);
        assert_eq!(languages().count(), LANGUAGES.lines().count() - 1);
        assert_eq!(countries().filter(|country| country.eu).count(), 27);
        let codes: Vec<_> = countries().map(|country| country.code).collect();
        for (locale, _) in locales() {
            let names = Names::of(locale);
            assert_eq!(names.continents().count(), CONTINENTS, "{locale}");
            assert_eq!(names.countries().map(|(code, _)| code).collect::<Vec<_>>(), codes, "{locale}");
            assert!(names.all().all(|(_, name)| !name.is_empty()), "{locale}");
        }
    }

    #[test]
    fn a_locale_is_taken_as_it_is_said() {
        let germany =
            |locale| Names::of(locale).countries().find(|(code, _)| *code == "DE").map(|(_, name)| name);
        for (locale, name) in [
            ("de", "Deutschland"),
            ("DE-at", "Deutschland"),
            ("fr_CH", "Allemagne"),
            ("en", "Germany"),
            ("xx", "Germany"),
            ("", "Germany"),
            ("locale", "Germany"),
        ] {
            assert_eq!(germany(locale), Some(name), "{locale}");
        }
    }
}
