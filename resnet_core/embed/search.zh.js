// Chinese for lunr, the search of MkDocs: its own needs a dictionary that no browser has. A run of
// Chinese becomes its characters and its pairs of characters, in what is searched and in the query,
// so that 残差 is found in 残差网络, and the Latin words between are words of their own.

(function () {
  const HAN = /[\u3400-\u4dbf\u4e00-\u9fff]/u;
  const PIECES = /[\u3400-\u4dbf\u4e00-\u9fff]+|[^\s\u3000-\u9fff\uff00-\uffef]+/gu;

  function pairs(run) {
    const letters = [...run];
    if (letters.length < 2) return letters;
    return letters.slice(1).map((letter, at) => letters[at] + letter);
  }

  function pieces(token, isQuery) {
    const found = token.toString().match(PIECES) ?? [];
    return found.flatMap((piece) => {
      if (!HAN.test(piece)) return [piece];
      return isQuery ? pairs(piece) : [...new Set([...piece, ...pairs(piece)])];
    });
  }

  const parts = (isQuery) => (token) => {
    if (!HAN.test(token.toString())) return token;
    return pieces(token, isQuery).map((piece) => token.clone(() => piece));
  };
  const searched = parts(false);
  const asked = parts(true);
  lunr.Pipeline.registerFunction(searched, "zh-searched");
  lunr.Pipeline.registerFunction(asked, "zh-asked");

  const trimmed = (token) => (HAN.test(token.toString()) ? token : lunr.trimmer(token));
  lunr.Pipeline.registerFunction(trimmed, "zh-trimmed");

  // Beside what is done to English: the trimmer takes Chinese for no letters, and would leave none.
  lunr.zh = function () {
    this.pipeline.before(lunr.trimmer, searched);
    this.pipeline.before(lunr.trimmer, trimmed);
    this.pipeline.remove(lunr.trimmer);
    this.searchPipeline.before(lunr.stemmer, asked);
  };
})();
