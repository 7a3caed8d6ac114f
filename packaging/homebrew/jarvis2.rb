# A Homebrew formula that builds jarvis2 from source, without the network but for cargo's own downloads.
#
# Nothing is published yet: `homepage`, `url` and `sha256` are set when it is, from the archive that `cargo xtask dist --source` makes.
# Until then: in a tap of your own, with `url` set to "file:///path/to/jarvis2-0.1.0.tar.gz" and the sum that lies beside it.
class Jarvis2 < Formula
  desc "Decision engine for options sellers: what do I do now with this position?"
  homepage "https://example.invalid/jarvis2"
  url "https://example.invalid/jarvis2-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "rust" => :build

  def install
    system "cargo", "install", *std_cargo_args(path: "crates/jarvis2")

    generate_completions_from_executable(bin/"jarvis2", "completions", shells: [:bash, :zsh, :fish])
    system bin/"jarvis2", "man", "--out", "man1"
    man1.install Dir["man1/*.1"]
    # The notice of the table of direction numbers travels with the program.
    doc.install "README.md", "crates/pricing/src/monte_carlo/joe_kuo_1024.txt"
  end

  test do
    # One American put whose volatility is known, and a whole plan on the embedded sample.
    require "json"
    answer = JSON.parse(shell_output("#{bin}/jarvis2 iv --right P --spot 36 --strike 40 --years 1 --rate 0.06 --price 4.4867 --json"))
    assert_in_delta 0.2, answer["iv"], 1e-5
    assert_match "ACTION", shell_output("#{bin}/jarvis2 plan --no-files --no-diary --set search.evaluations=2000")
  end
end
