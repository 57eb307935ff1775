# Conditional maximum likelihood of the partial-credit model by two R packages,
# psychotools 0.7-2 (pcmodel) and eRm 1.0-2 (PCM), on a table drawn with a fixed seed.
#
#   Rscript cml.R          writes cml.json beside this file
#
# Conditioning on raw scores is another estimator than marginal likelihood; on
# normal persons both aim at the same steps, up to one common shift, so the
# test asks for agreement well inside the standard errors, not for equality.
suppressMessages({library(psychotools); library(eRm)})
set.seed(1982)
persons <- 2000
theta <- rnorm(persons, 0, 1.1)
steps <- list(c(-0.4), c(0.9), c(-1.5, 0.3), c(-0.2, 1.1), c(-1.8, -0.4, 1.2),
              c(-0.9, 0.1, 0.6), c(-0.3, 0.8, 1.9), c(-1.0, 0.9, 0.2))
x <- sapply(steps, function(d) {
  eta <- outer(theta, 0:length(d)) - matrix(c(0, cumsum(d)), persons, length(d) + 1, byrow = TRUE)
  p <- exp(eta) / rowSums(exp(eta))
  rowSums(runif(persons) > t(apply(p, 1, cumsum)))
})
colnames(x) <- sprintf("i%d", seq_along(steps))

flat <- function(l) unlist(l, use.names = FALSE)
pt <- pcmodel(x)
cumulated <- split(c(0, coef(pt)), rep(seq_along(steps), lengths(steps))) # its first is fixed to 0
psychotools <- flat(lapply(cumulated, function(b) diff(c(0, b))))
er <- PCM(x)
erm <- flat(lapply(split(-er$betapar, rep(seq_along(steps), lengths(steps))), function(b) diff(c(0, b))))
vec <- function(v) paste0("[", paste(sprintf("%.6f", v), collapse = ","), "]")
rows <- paste0('"', apply(x, 1, paste, collapse = ""), '"', collapse = ",")
cat(sprintf('{"rows":[%s],"lengths":[%s],"psychotools":%s,"eRm":%s}\n', rows,
            paste(lengths(steps), collapse = ","), vec(psychotools), vec(erm)),
    file = "cml.json")
