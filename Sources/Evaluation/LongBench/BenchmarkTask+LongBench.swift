/// LongBench's data sets. Prompts (`dataset2prompt.json`), lengths of answers (`dataset2maxlen.json`),
/// metrics (`eval.py`) and exceptions (`pred.py`) are the benchmark's own, slips of the pen included: a
/// benchmark is its wording. From github.com/THUDM/LongBench, Copyright (c) 2023 THU-KEG & Zhipu AI, under
/// the MIT License.
extension BenchmarkTask {
  /// What three data sets of several passages ask.
  private static let passages = """
    Answer the question based on the given passages. Only give me the answer and do not output any other words.

    The following are given passages.
    {context}

    Answer the question based on the given passages. Only give me the answer and do not output any other words.

    Question: {input}
    Answer:
    """

  static let longBench: [BenchmarkTask] = [
    BenchmarkTask(
      "narrativeqa", .longBench,
      prompt: """
        You are given a story, which can be either a novel or a movie script, and a question. Answer the question \
        asconcisely as you can, using a single phrase if possible. Do not provide any explanation.

        Story: {context}

        Now, answer the question based on the story asconcisely as you can, using a single phrase if possible. Do not \
        provide any explanation.

        Question: {input}

        Answer:
        """, answerLimit: 128, .answerF1),
    BenchmarkTask(
      "qasper", .longBench,
      prompt: """
        You are given a scientific article and a question. Answer the question as concisely as you can, using a single \
        phrase or sentence if possible. If the question cannot be answered based on the information in the article, \
        write "unanswerable". If the question is a yes/no question, answer "yes", "no", or "unanswerable". Do not \
        provide any explanation.

        Article: {context}

         Answer the question based on the above article as concisely as you can, using a single phrase or sentence if \
        possible. If the question cannot be answered based on the information in the article, write "unanswerable". If \
        the question is a yes/no question, answer "yes", "no", or "unanswerable". Do not provide any explanation.

        Question: {input}

        Answer:
        """, answerLimit: 128, .answerF1),
    BenchmarkTask(
      "multifieldqa_en", .longBench,
      prompt: """
        Read the following text and answer briefly.

        {context}

        Now, answer the following question based on the above text, only give me the answer and do not output any other \
        words.

        Question: {input}
        Answer:
        """, answerLimit: 64, .answerF1),
    BenchmarkTask(
      "multifieldqa_zh", .longBench,
      prompt: """
        阅读以下文字并用中文简短回答：

        {context}

        现在请基于上面的文章回答下面的问题，只告诉我答案，不要输出任何其他字词。

        问题：{input}
        回答：
        """, answerLimit: 64, .answerF1Chinese),
    BenchmarkTask("hotpotqa", .longBench, prompt: passages, answerLimit: 32, .answerF1),
    BenchmarkTask("2wikimqa", .longBench, prompt: passages, answerLimit: 32, .answerF1),
    BenchmarkTask("musique", .longBench, prompt: passages, answerLimit: 32, .answerF1),
    BenchmarkTask(
      "dureader", .longBench,
      prompt: """
        请基于给定的文章回答下述问题。

        文章：{context}

        请基于上述文章回答下面的问题。

        问题：{input}
        回答：
        """, answerLimit: 128, .rougeLChinese),
    BenchmarkTask(
      "gov_report", .longBench,
      prompt: """
        You are given a report by a government agency. Write a one-page summary of the report.

        Report:
        {context}

        Now, write a one-page summary of the report.

        Summary:
        """, answerLimit: 512, .rougeL),
    BenchmarkTask(
      "qmsum", .longBench,
      prompt: """
        You are given a meeting transcript and a query containing a question or instruction. Answer the query in one or \
        more sentences.

        Transcript:
        {context}

        Now, answer the query based on the above meeting transcript in one or more sentences.

        Query: {input}
        Answer:
        """, answerLimit: 512, .rougeL),
    BenchmarkTask(
      "multi_news", .longBench,
      prompt: """
        You are given several news passages. Write a one-page summary of all news.\u{20}

        News:
        {context}

        Now, write a one-page summary of all the news.

        Summary:
        """, answerLimit: 512, .rougeL),
    BenchmarkTask(
      "vcsum", .longBench,
      prompt: """
        下面有一段会议记录，请你阅读后，写一段总结，总结会议的内容。
        会议记录：
        {context}

        会议总结：
        """, answerLimit: 512, .rougeLChinese),
    BenchmarkTask(
      "trec", .longBench,
      prompt: """
        Please determine the type of the question below. Here are some examples of questions.

        {context}
        {input}
        """, answerLimit: 64, .classification, trimming: .firstLine, usesChat: false),
    BenchmarkTask(
      "triviaqa", .longBench,
      prompt: """
        Answer the question based on the given passage. Only give me the answer and do not output any other words. The \
        following are some examples.

        {context}

        {input}
        """, answerLimit: 32, .answerF1, trimming: .firstLine, usesChat: false),
    BenchmarkTask(
      "samsum", .longBench,
      prompt: """
        Summarize the dialogue into a few short sentences. The following are some examples.

        {context}

        {input}
        """, answerLimit: 128, .rougeL, trimming: .firstLine, usesChat: false, endsAtNewline: true),
    BenchmarkTask(
      "lsht", .longBench,
      prompt: """
        请判断给定新闻的类别，下面是一些例子。

        {context}
        {input}
        """, answerLimit: 64, .classification, trimming: .firstLine, usesChat: false),
    BenchmarkTask(
      "passage_count", .longBench,
      prompt: """
        There are some paragraphs below sourced from Wikipedia. Some of them may be duplicates. Please carefully read \
        these paragraphs and determine how many unique paragraphs there are after removing duplicates. In other words, \
        how many non-repeating paragraphs are there in total?

        {context}

        Please enter the final count of unique paragraphs after removing duplicates. The output format should only \
        contain the number, such as 1, 2, 3, and so on.

        The final answer is:\u{20}
        """, answerLimit: 32, .count),
    BenchmarkTask(
      "passage_retrieval_en", .longBench,
      prompt: """
        Here are 30 paragraphs from Wikipedia, along with an abstract. Please determine which paragraph the abstract is \
        from.

        {context}

        The following is an abstract.

        {input}

        Please enter the number of the paragraph that the abstract is from. The answer format must be like "Paragraph \
        1", "Paragraph 2", etc.

        The answer is:\u{20}
        """, answerLimit: 32, .retrieval),
    BenchmarkTask(
      "passage_retrieval_zh", .longBench,
      prompt: """
        以下是若干段落文字，以及其中一个段落的摘要。请确定给定的摘要出自哪一段。

        {context}

        下面是一个摘要

        {input}

        请输入摘要所属段落的编号。答案格式必须是"段落1"，"段落2"等格式

        答案是：
        """, answerLimit: 32, .retrievalChinese),
    BenchmarkTask(
      "lcc", .longBench,
      prompt: """
        Please complete the code given below.\u{20}
        {context}Next line of code:

        """, answerLimit: 64, .codeSimilarity, usesChat: false),
    BenchmarkTask(
      "repobench-p", .longBench,
      prompt: """
        Please complete the code given below.\u{20}
        {context}{input}Next line of code:

        """, answerLimit: 64, .codeSimilarity, usesChat: false),
  ]
}
