"""Mine: a citizen's own page (我的数据): who used their data, the proof, objections, corrections."""
