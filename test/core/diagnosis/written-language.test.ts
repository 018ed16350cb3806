import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { writtenLanguage } from "../../../src/core/diagnosis/written-language.ts";
import type { Case } from "../../../src/core/case.ts";

describe("writtenLanguage", () => {
  test.each([
    ["en", "If the list is empty, this raises an IndexError. Could we return None instead?"],
    ["en", "This isn't safe: two threads can be in `count()` at the same time."],
    ["de", "Wenn die Liste leer ist, wird hier ein IndexError geworfen. Bitte vorher prüfen."],
    ["fr", "Si la liste est vide, cette ligne lève une erreur. Il faut la vérifier avant."],
    ["es", "Si la lista está vacía, esta línea lanza un error. No se puede usar el índice sin comprobarlo."],
    ["pt", "Se a lista estiver vazia, esta linha não funciona. Você pode devolver None em vez disso."],
    ["it", "Se la lista è vuota, questa riga non funziona. Si può restituire None per evitarlo."],
    ["nl", "Als de lijst leeg is, gaat het hier mis. Dit moet eerst worden gecontroleerd, anders is er geen eerste."],
    ["sv", "Om listan är tom kastar det här ett fel. Det bör kontrolleras innan, eftersom den inte har ett första."],
    ["pl", "Jeśli lista jest pusta, to nie ma pierwszego elementu. Powinno się to sprawdzić, bo kod się wysypie."],
    ["tr", "Bu liste boş ise bir hata olur. Bunun için önce kontrol etmek gerekir, çünkü ilk eleman yok."],
    ["ru", "Если список пуст, то здесь будет ошибка. Нужно проверить это до обращения по индексу."],
    ["uk", "Якщо список порожній, то тут буде помилка. Треба перевірити це до звернення."],
    ["zh", "如果列表为空，items[0] 会抛出 IndexError，请先检查。"],
    ["ja", "リストが空の場合、items[0] は IndexError になります。"],
    ["ko", "목록이 비어 있으면 IndexError가 발생합니다."],
  ])("tells %s", (language, text) => expect(writtenLanguage(text)).toBe(language));

  test.each([
    ["nothing", ""],
    ["a few words", "Missing null check"],
    ["code alone", "```\nif (the_list is None): return the_first_of_it\n```"],
    ["names and numbers", "fooBar.baz(12) -> snake_case_name; items[0]"],
    ["a language that is not known here", "Jos lista on tyhjä, tämä rivi heittää virheen eikä sitä ole tarkistettu."],
  ])("does not tell %s", (_, text) => expect(writtenLanguage(text)).toBeNull());

  test("takes no bundled English text for another language, and knows most of them", () => {
    const cases = readFileSync("datasets/twins/cases.jsonl", "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Case);
    const texts = cases.flatMap(({ bugs = [], references }) => [
      ...bugs.map(({ description }) => description),
      ...references.map(({ text }) => text),
    ]);
    const told = texts.map(writtenLanguage);
    expect(new Set(told.filter((language) => language !== null))).toEqual(new Set(["en"]));
    expect(told.filter((language) => language === "en").length).toBeGreaterThan(0.7 * texts.length);
  });
});
