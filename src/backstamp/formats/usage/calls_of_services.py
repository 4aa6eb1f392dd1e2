"""Calls that use hosted models, and those of agents, tools and prompts.

One line an entry; ``signatures`` says what the columns are.
"""

# ruff: noqa: E501  # a table

# path                         roots                what           where
TABLE = """
chat.completions.create        openai,?             service:hosted:openai -:model gap
chat.completions.parse         openai,?             service:hosted:openai -:model gap
chat.completions.stream        openai               service:hosted:openai -:model gap
chat.completions.create_with_completion openai,instructor,? service:hosted:openai -:model
chat.completions.create        instructor           service:hosted:openai -:model
chat.completions.with_raw_response.create openai,?  service:hosted:openai -:model
completions.create             openai,?             service:hosted:openai -:model
responses.create               openai,?             service:hosted:openai -:model gap
responses.parse                openai,?             service:hosted:openai -:model gap
responses.stream               openai,?             service:hosted:openai -:model gap
embeddings.create              openai,?             service:hosted:openai -:model gap
images.generate                openai,?             service:hosted:openai -:model
images.edit                    openai,?             service:hosted:openai -:model
audio.transcriptions.create    openai,?             service:hosted:openai -:model
audio.translations.create      openai,?             service:hosted:openai -:model
audio.speech.create            openai,?             service:hosted:openai -:model
audio.speech.with_streaming_response.create openai,? service:hosted:openai -:model
moderations.create             openai               service:hosted:openai -:model
fine_tuning.jobs.create        openai,?             service:hosted:openai -:model
assistants.create              openai,?             service:hosted:openai -:model
realtime.connect               openai,?             service:hosted:openai -:model
ChatCompletion.create          openai               service:hosted:openai -:model,engine,deployment_id
ChatCompletion.acreate         openai               service:hosted:openai -:model,engine,deployment_id
Completion.create              openai               service:hosted:openai -:model,engine,deployment_id
Embedding.create               openai               service:hosted:openai -:model,engine,deployment_id
Audio.transcribe               openai               service:hosted:openai 0:model
AzureOpenAI                    openai               service:azure  -:azure_deployment
AsyncAzureOpenAI               openai               service:azure  -:azure_deployment
messages.create                anthropic            service:hosted:anthropic -:model gap
messages.stream                anthropic            service:hosted:anthropic -:model gap
messages.parse                 anthropic            service:hosted:anthropic -:model
messages.batches.create        anthropic            none:none      -:none
messages.count_tokens          anthropic            service:hosted:anthropic -:model
completions.create             anthropic            service:hosted:anthropic -:model
messages.create                ?                    service:claude -:model
messages.stream                ?                    service:claude -:model
invoke_model                   boto3,aioboto3,botocore,? service:hosted:bedrock -:modelId gap
invoke_model_with_response_stream boto3,aioboto3,botocore,? service:hosted:bedrock -:modelId gap
converse                       boto3,aioboto3,botocore,? service:hosted:bedrock -:modelId gap
converse_stream                boto3,aioboto3,botocore,? service:hosted:bedrock -:modelId gap
start_async_invoke             boto3,aioboto3       service:hosted:bedrock -:modelId
invoke_endpoint                boto3,aioboto3,?     service:hosted:sagemaker -:EndpointName gap
JumpStartModel                 sagemaker            model:is:jumpstart 0:model_id
generativeai.GenerativeModel   google               service:hosted:google 0:model_name gap
generativeai.embed_content     google               service:hosted:google 0:model
generativeai.generate_text     google               service:hosted:google 0:model
GenerativeModel                vertexai             service:hosted:vertex 0:model_name gap
from_pretrained                vertexai             service:hosted:vertex 0:model_name gap
TextEmbeddingModel.from_pretrained vertexai,google  service:hosted:vertex 0:model_name gap
TextGenerationModel.from_pretrained vertexai,google service:hosted:vertex 0:model_name gap
ChatModel.from_pretrained      vertexai             service:hosted:vertex 0:model_name gap
models.generate_content        google,?             service:genai  -:model gap
models.generate_content_stream google,?             service:genai  -:model gap
models.embed_content           google,?             service:genai  -:model gap
models.generate_images         google,?             service:genai  -:model gap
models.generate_videos         google,?             service:genai  -:model gap
models.count_tokens            google               service:genai  -:model
chats.create                   google,?             service:genai  -:model gap
live.connect                   google               service:genai  -:model
Endpoint                       google.cloud.aiplatform service:is:vertex-endpoint 0:endpoint_name
post                           requests,httpx,aiohttp,? service:http 0:url
request                        requests,httpx,aiohttp,? service:http 0:url
stream                         httpx                service:http   1:url
Crew                           crewai               service:provided -:embedder
from_config                    embedchain,mem0,crewai service:provided 0:config,config_dict
Memory.from_config             mem0                 service:provided 0:config_dict
RagTool                        crewai_tools         tool:provided  -:config
PDFSearchTool                  crewai_tools         tool:provided  -:config
CSVSearchTool                  crewai_tools         tool:provided  -:config
TXTSearchTool                  crewai_tools         tool:provided  -:config
DOCXSearchTool                 crewai_tools         tool:provided  -:config
WebsiteSearchTool              crewai_tools         tool:provided  -:config
GithubSearchTool               crewai_tools         tool:provided  -:config
DirectorySearchTool            crewai_tools         tool:provided  -:config
CodeDocsSearchTool             crewai_tools         tool:provided  -:config
YoutubeVideoSearchTool         crewai_tools         tool:provided  -:config
AnthropicGenerator             haystack*            service:hosted:anthropic -:model
AnthropicVertexChatGenerator   haystack*            service:hosted:anthropic -:model
AmazonBedrockGenerator         haystack*            service:hosted:bedrock 0:model
AmazonBedrockChatGenerator     haystack*            service:hosted:bedrock 0:model
AmazonBedrockTextEmbedder      haystack*            service:hosted:bedrock 0:model
AmazonBedrockDocumentEmbedder  haystack*            service:hosted:bedrock 0:model
CohereGenerator                haystack*            service:hosted:cohere -:model
CohereChatGenerator            haystack*            service:hosted:cohere -:model
CohereTextEmbedder             haystack*            service:hosted:cohere -:model
CohereDocumentEmbedder         haystack*            service:hosted:cohere -:model
CohereRanker                   haystack*            service:hosted:cohere -:model
MistralChatGenerator           haystack*            service:hosted:mistral -:model
MistralTextEmbedder            haystack*            service:hosted:mistral -:model
MistralDocumentEmbedder        haystack*            service:hosted:mistral -:model
GoogleAIGeminiGenerator        haystack*            service:hosted:google -:model
GoogleAIGeminiChatGenerator    haystack*            service:hosted:google -:model
GoogleGenAIChatGenerator       haystack*            service:hosted:google -:model
GoogleGenAITextEmbedder        haystack*            service:hosted:google -:model
VertexAIGeminiGenerator        haystack*            service:hosted:vertex -:model
VertexAIGeminiChatGenerator    haystack*            service:hosted:vertex -:model
NvidiaGenerator                haystack*            service:hosted:nvidia -:model
NvidiaChatGenerator            haystack*            service:hosted:nvidia -:model
NvidiaTextEmbedder             haystack*            service:hosted:nvidia -:model
JinaTextEmbedder               haystack*            service:hosted:jina -:model
JinaDocumentEmbedder           haystack*            service:hosted:jina -:model
JinaRanker                     haystack*            service:hosted:jina -:model
AzureOpenAIGenerator           haystack*            service:azure  -:azure_deployment,model
AzureOpenAIChatGenerator       haystack*            service:azure  -:azure_deployment,model
AzureOpenAITextEmbedder        haystack*            service:azure  -:azure_deployment,model
AzureOpenAIDocumentEmbedder    haystack*            service:azure  -:azure_deployment,model
FastembedTextEmbedder          haystack*            model:hub      -:model
FastembedDocumentEmbedder      haystack*            model:hub      -:model
FastembedRanker                haystack*            model:hub      -:model
NamedEntityExtractor           haystack*            model:hub      -:model
TransformersTextRouter         haystack*            model:hub      -:model
SentenceTransformersDiversityRanker haystack*            model:sbert    0:model
OllamaTextEmbedder             haystack*            model:ollama   -:model
OllamaDocumentEmbedder         haystack*            model:ollama   -:model
LocalWhisperTranscriber        haystack*            model:is:whisper 0:model
RemoteWhisperTranscriber       haystack*            service:hosted:openai -:model
DALLEImageGenerator            haystack*            service:hosted:openai -:model
HuggingFaceAPIGenerator        haystack*            model:inside:model -:api_params
HuggingFaceAPIChatGenerator    haystack*            model:inside:model -:api_params
HuggingFaceAPITextEmbedder     haystack*            model:inside:model -:api_params
HuggingFaceAPIDocumentEmbedder haystack*            model:inside:model -:api_params
HuggingFaceModel               sagemaker            model:inside:HF_MODEL_ID -:env
Embeddings                     txtai                model:hub      -:path
LLM                            txtai                model:hub      0:path
Summary                        txtai                model:hub      0:path
Translation                    txtai                model:hub      0:path
Labels                         txtai                model:hub      0:path
Transcription                  txtai                model:hub      0:path
Entity                         txtai                model:hub      0:path
Similarity                     txtai                model:hub      0:path
Caption                        txtai                model:hub      0:path
Questions                      txtai                model:hub      0:path
Textractor                     txtai                model:hub      0:path
load                           gradio               model:gradio   0:name
Interface.load                 gradio               model:gradio   0:name
read_csv                       pandas,polars        dataset:hfdata 0:filepath_or_buffer,path,path_or_buf,source
read_parquet                   pandas,polars        dataset:hfdata 0:filepath_or_buffer,path,path_or_buf,source
read_json                      pandas,polars        dataset:hfdata 0:filepath_or_buffer,path,path_or_buf,source
scan_parquet                   pandas,polars        dataset:hfdata 0:filepath_or_buffer,path,path_or_buf,source
scan_csv                       pandas,polars        dataset:hfdata 0:filepath_or_buffer,path,path_or_buf,source
scan_ndjson                    pandas,polars        dataset:hfdata 0:filepath_or_buffer,path,path_or_buf,source
completion                     litellm              service:routed 0:model gap
acompletion                    litellm              service:routed 0:model gap
text_completion                litellm              service:routed 0:model
responses                      litellm              service:routed 1:model
aresponses                     litellm              service:routed 1:model
embedding                      litellm              service:routed 0:model gap
aembedding                     litellm              service:routed 0:model gap
image_generation               litellm              service:routed 1:model
transcription                  litellm              service:routed 0:model
batch_completion               litellm              service:routed 0:model
rerank                         litellm              service:routed 0:model
Router                         litellm              service:router 0:model_list
completion                     any_llm              service:routed 0:model
chat.completions.create        aisuite              service:routed -:model gap
init_chat_model                langchain*           service:routed 0:model provider=1:model_provider gap
init_embeddings                langchain*           service:routed 0:model provider=1:provider
create_agent                   langchain*           service:agent  0:model
ChatOpenAI                     langchain*           service:hosted:openai -:model,model_name gap
OpenAI                         langchain*           service:hosted:openai -:model,model_name
OpenAIEmbeddings               langchain*           service:hosted:openai -:model
AzureChatOpenAI                langchain*           service:azure  -:azure_deployment,deployment_name,model,model_name
AzureOpenAI                    langchain*           service:azure  -:azure_deployment,deployment_name,model
AzureOpenAIEmbeddings          langchain*           service:azure  -:azure_deployment,deployment,model
ChatAnthropic                  langchain*           service:hosted:anthropic -:model,model_name gap
ChatOllama                     langchain*           model:ollama   -:model gap
Ollama                         langchain*           model:ollama   -:model gap
OllamaLLM                      langchain*           model:ollama   -:model gap
OllamaEmbeddings               langchain*           model:ollama   -:model gap
ChatBedrock                    langchain*           service:hosted:bedrock -:model_id,model gap
ChatBedrockConverse            langchain*           service:hosted:bedrock -:model,model_id gap
BedrockLLM                     langchain*           service:hosted:bedrock -:model_id,model gap
Bedrock                        langchain*           service:hosted:bedrock -:model_id,model gap
BedrockChat                    langchain*           service:hosted:bedrock -:model_id gap
BedrockEmbeddings              langchain*           service:hosted:bedrock -:model_id
ChatVertexAI                   langchain*           service:hosted:vertex -:model,model_name gap
VertexAI                       langchain*           service:hosted:vertex -:model,model_name gap
VertexAIEmbeddings             langchain*           service:hosted:vertex -:model_name,model
ChatGoogleGenerativeAI         langchain*           service:hosted:google -:model gap
GoogleGenerativeAI             langchain*           service:hosted:google -:model
GoogleGenerativeAIEmbeddings   langchain*           service:hosted:google -:model
ChatMistralAI                  langchain*           service:hosted:mistral -:model,model_name gap
MistralAIEmbeddings            langchain*           service:hosted:mistral -:model
ChatGroq                       langchain*           service:hosted:groq -:model,model_name gap
ChatCohere                     langchain*           service:hosted:cohere -:model
CohereEmbeddings               langchain*           service:hosted:cohere -:model
CohereRerank                   langchain*           service:hosted:cohere -:model
ChatFireworks                  langchain*           service:hosted:fireworks -:model,model_name
ChatTogether                   langchain*           service:hosted:together -:model
TogetherEmbeddings             langchain*           service:hosted:together -:model
ChatDeepSeek                   langchain*           service:hosted:deepseek -:model
ChatXAI                        langchain*           service:hosted:xai -:model
ChatPerplexity                 langchain*           service:hosted:perplexity -:model
ChatNVIDIA                     langchain*           service:hosted:nvidia -:model
NVIDIAEmbeddings               langchain*           service:hosted:nvidia -:model
ChatTongyi                     langchain*           service:hosted:dashscope -:model,model_name
ChatWatsonx                    langchain*           service:hosted:watsonx -:model_id
ChatOpenRouter                 langchain*           service:hosted:openrouter -:model
ChatDatabricks                 langchain*,databricks* service:hosted:databricks -:endpoint,model
ChatLiteLLM                    langchain*           service:routed -:model
VoyageAIEmbeddings             langchain*           service:hosted:voyage -:model
JinaEmbeddings                 langchain*           service:hosted:jina -:model_name
Replicate                      langchain*,llama_index service:replicate 0:model
HuggingFaceEmbeddings          langchain*           model:sbert    -:model_name,model gap
HuggingFaceBgeEmbeddings       langchain*           model:sbert    -:model_name gap
HuggingFaceInstructEmbeddings  langchain*           model:sbert    -:model_name
HuggingFaceInferenceAPIEmbeddings langchain*        model:hosted-hub -:model_name
HuggingFaceEndpointEmbeddings  langchain*           model:hosted-hub -:model,repo_id
HuggingFaceEndpoint            langchain*           model:hosted-hub -:repo_id,model
HuggingFaceHub                 langchain*           model:hosted-hub -:repo_id,model
SentenceTransformerEmbeddings  langchain*           model:sbert    -:model_name
HuggingFaceCrossEncoder        langchain*           model:sbert    -:model_name
FastEmbedEmbeddings            langchain*           model:hub      -:model_name
FlashrankRerank                langchain*           model:is:flashrank -:model
from_model_id                  langchain*           model:hub      0:model_id gap
HuggingFacePipeline            langchain*           none:none      -:none
LlamaCpp                       langchain*           model:weights  -:model_path
GPT4All                        langchain*           model:weights  -:model
CTransformers                  langchain*           model:hub      -:model
VLLM                           langchain*           model:hub      -:model
SpacyEmbeddings                langchain*           model:spacy    -:model_name
OpenAI                         llama_index          service:hosted:openai 0:model gap
OpenAILike                     llama_index          service:hosted:openai 0:model
AzureOpenAI                    llama_index          service:azure  -:engine,deployment_name,azure_deployment,model
AzureOpenAIEmbedding           llama_index          service:azure  -:deployment_name,model
OpenAIEmbedding                llama_index          service:hosted:openai -:model,model_name
Anthropic                      llama_index          service:hosted:anthropic 0:model
Gemini                         llama_index          service:hosted:google 0:model
GoogleGenAI                    llama_index          service:hosted:google 0:model
GeminiEmbedding                llama_index          service:hosted:google 0:model_name
GoogleGenAIEmbedding           llama_index          service:hosted:google 0:model_name
Vertex                         llama_index          service:hosted:vertex 0:model
MistralAI                      llama_index          service:hosted:mistral 0:model
MistralAIEmbedding             llama_index          service:hosted:mistral 0:model_name
Groq                           llama_index          service:hosted:groq 0:model
Cohere                         llama_index          service:hosted:cohere 0:model
CohereEmbedding                llama_index          service:hosted:cohere -:model_name
CohereRerank                   llama_index          service:hosted:cohere -:model
TogetherLLM                    llama_index          service:hosted:together 0:model
Fireworks                      llama_index          service:hosted:fireworks 0:model
DeepSeek                       llama_index          service:hosted:deepseek 0:model
OpenRouter                     llama_index          service:hosted:openrouter -:model
Perplexity                     llama_index          service:hosted:perplexity 0:model
NVIDIA                         llama_index          service:hosted:nvidia 0:model
NVIDIAEmbedding                llama_index          service:hosted:nvidia 0:model
DashScope                      llama_index          service:hosted:dashscope 0:model_name
Bedrock                        llama_index          service:hosted:bedrock 0:model
BedrockConverse                llama_index          service:hosted:bedrock 0:model
BedrockEmbedding               llama_index          service:hosted:bedrock 0:model_name
LiteLLM                        llama_index          service:routed 0:model
VoyageEmbedding                llama_index          service:hosted:voyage 0:model_name
JinaEmbedding                  llama_index          service:hosted:jina -:model
Ollama                         llama_index          model:ollama   0:model gap
OllamaEmbedding                llama_index          model:ollama   0:model_name gap
HuggingFaceEmbedding           llama_index          model:sbert    0:model_name gap
HuggingFaceLLM                 llama_index          model:hub      -:model_name gap
HuggingFaceInferenceAPI        llama_index          model:hosted-hub -:model_name,model
FastEmbedEmbedding             llama_index          model:hub      -:model_name
SentenceTransformerRerank      llama_index          model:sbert    -:model
FlagEmbeddingReranker          llama_index          model:hub      -:model
LlamaCPP                       llama_index          model:weights  -:model_path
Vllm                           llama_index          model:hub      0:model
resolve_embed_model            llama_index          model:colon-local 0:embed_model
OpenAIGenerator                haystack*            service:hosted:openai -:model
OpenAIChatGenerator            haystack*            service:hosted:openai -:model
AnthropicChatGenerator         haystack*            service:hosted:anthropic -:model
OpenAITextEmbedder             haystack*            service:hosted:openai -:model
OpenAIDocumentEmbedder         haystack*            service:hosted:openai -:model
OllamaGenerator                haystack*            model:ollama   -:model
OllamaChatGenerator            haystack*            model:ollama   -:model
SentenceTransformersTextEmbedder haystack*          model:sbert    0:model
SentenceTransformersDocumentEmbedder haystack*      model:sbert    0:model
SentenceTransformersSimilarityRanker haystack*      model:sbert    0:model
TransformersSimilarityRanker   haystack*            model:hub      0:model
ExtractiveReader               haystack*            model:hub      0:model
HuggingFaceLocalGenerator      haystack*            model:hub      0:model
HuggingFaceLocalChatGenerator  haystack*            model:hub      0:model
PromptNode                     haystack*            model:hub      0:model_name_or_path
chat                           ollama               model:ollama   0:model gap
generate                       ollama               model:ollama   0:model gap
embed                          ollama               model:ollama   0:model gap
embeddings                     ollama               model:ollama   0:model gap
pull                           ollama               model:ollama   0:model
show                           ollama               model:ollama   0:model
create                         ollama               none:none      -:none
chat                           cohere               service:hosted:cohere -:model
chat_stream                    cohere               service:hosted:cohere -:model
generate                       cohere               service:hosted:cohere -:model
embed                          cohere               service:hosted:cohere -:model
rerank                         cohere               service:hosted:cohere -:model
classify                       cohere               service:hosted:cohere -:model
chat.complete                  mistralai,?          service:hosted:mistral -:model gap
chat.complete_async            mistralai,?          service:hosted:mistral -:model gap
chat.stream                    mistralai,?          service:hosted:mistral -:model gap
chat                           mistralai            service:hosted:mistral -:model
embeddings.create              mistralai            service:hosted:mistral -:model gap
fim.complete                   mistralai            service:hosted:mistral -:model
ocr.process                    mistralai            service:hosted:mistral -:model
chat.completions.create        groq                 service:hosted:groq -:model gap
audio.transcriptions.create    groq                 service:hosted:groq -:model
chat.completions.create        together             service:hosted:together -:model gap
completions.create             together             service:hosted:together -:model
embeddings.create              together             service:hosted:together -:model
images.generate                together             service:hosted:together -:model
Complete.create                together             service:hosted:together -:model
chat.completions.create        fireworks            service:hosted:fireworks -:model gap
ChatCompletion.create          fireworks            service:hosted:fireworks -:model gap
chat.completions.create        cerebras             service:hosted:cerebras -:model gap
chat.completions.create        deepseek             service:hosted:deepseek -:model
chat.completions.create        zhipuai,zai          service:hosted:zhipu -:model gap
chat.completions.create        volcenginesdkarkruntime service:hosted:ark -:model
chat.completions.create        portkey_ai           service:hosted:openai -:model
chat.completions.create        langfuse             service:hosted:openai -:model gap
embeddings.create              langfuse             service:hosted:openai -:model
complete                       azure                service:hosted:azure -:model
embed                          azure                service:hosted:azure -:model
ChatCompletionsClient          azure                service:hosted:azure -:model
chat.create                    xai_sdk              service:hosted:xai -:model gap
run                            replicate            service:replicate 0:ref gap
stream                         replicate            service:replicate 0:ref
async_run                      replicate            service:replicate 0:ref
predictions.create             replicate            service:replicate -:version,model
models.get                     replicate            service:replicate 0:model
subscribe                      fal_client           service:hosted:fal 0:application
run                            fal_client           service:hosted:fal 0:application
submit                         fal_client           service:hosted:fal 0:application
embed                          voyageai             service:hosted:voyage -:model gap
rerank                         voyageai             service:hosted:voyage -:model
embed                          voyageai             service:hosted:voyage 1:model
Generation.call                dashscope            service:hosted:dashscope 0:model gap
TextEmbedding.call             dashscope            service:hosted:dashscope 0:model gap
MultiModalConversation.call    dashscope            service:hosted:dashscope 0:model gap
ModelInference                 ibm_watsonx_ai       service:hosted:watsonx -:model_id gap
text_to_speech.convert         elevenlabs           service:hosted:elevenlabs -:model_id
generate                       elevenlabs           service:hosted:elevenlabs -:model
PrerecordedOptions             deepgram             service:hosted:deepgram -:model
TranscriptionConfig            assemblyai           service:hosted:assemblyai -:speech_model
LM                             dspy                 service:routed 0:model gap
OpenAI                         dspy                 service:hosted:openai -:model
Embedder                       dspy                 service:routed 0:model
ColBERTv2                      dspy                 none:none      -:none
from_provider                  instructor           service:routed 0:model gap
Agent                          pydantic_ai          service:agent  0:model
OpenAIModel                    pydantic_ai          service:hosted:openai 0:model_name gap
OpenAIChatModel                pydantic_ai          service:hosted:openai 0:model_name gap
OpenAIResponsesModel           pydantic_ai          service:hosted:openai 0:model_name gap
AnthropicModel                 pydantic_ai          service:hosted:anthropic 0:model_name gap
GeminiModel                    pydantic_ai          service:hosted:google 0:model_name gap
GoogleModel                    pydantic_ai          service:hosted:google 0:model_name gap
GroqModel                      pydantic_ai          service:hosted:groq 0:model_name gap
MistralModel                   pydantic_ai          service:hosted:mistral 0:model_name gap
CohereModel                    pydantic_ai          service:hosted:cohere 0:model_name gap
BedrockConverseModel           pydantic_ai          service:hosted:bedrock 0:model_name gap
HuggingFaceModel               pydantic_ai          model:hosted-hub 0:model_name gap
InferenceClientModel           smolagents           model:hosted-hub 0:model_id
HfApiModel                     smolagents           model:hosted-hub 0:model_id
TransformersModel              smolagents           model:hub      0:model_id
MLXModel                       smolagents           model:hub      0:model_id
VLLMModel                      smolagents           model:hub      0:model_id
LiteLLMModel                   smolagents           service:routed 0:model_id
LiteLLMRouterModel             smolagents           service:routed 0:model_id
OpenAIServerModel              smolagents           service:hosted:openai 0:model_id
OpenAIModel                    smolagents           service:hosted:openai 0:model_id
AzureOpenAIServerModel         smolagents           service:azure  0:model_id
AzureOpenAIModel               smolagents           service:azure  0:model_id
AmazonBedrockServerModel       smolagents           service:hosted:bedrock 0:model_id
AmazonBedrockModel             smolagents           service:hosted:bedrock 0:model_id
CodeAgent                      smolagents           service:agent  -:none
ToolCallingAgent               smolagents           service:agent  -:none
load_tool                      smolagents,transformers tool:hub    0:repo_id,task_or_repo_id
Tool.from_hub                  smolagents           tool:hub       0:repo_id
Tool.from_space                smolagents           tool:hub       0:space_id
Agent                          crewai               service:agent  -:llm
LLM                            crewai               service:routed 0:model gap
Agent                          agents               service:agent  -:model
LitellmModel                   agents               service:routed 0:model
OpenAIChatCompletionsModel     agents               service:hosted:openai 0:model
OpenAIResponsesModel           agents               service:hosted:openai 0:model
Agent                          google.adk           service:agent  -:model
LlmAgent                       google.adk           service:agent  -:model
LiteLlm                        google.adk           service:routed 0:model
Agent                          strands,agno,phi,swarm,beeai_framework,langroid,praisonaiagents service:agent -:model
BedrockModel                   strands              service:hosted:bedrock -:model_id
OpenAIChat                     agno,phi             service:hosted:openai -:id
Claude                         agno,phi             service:hosted:anthropic -:id
Gemini                         agno,phi             service:hosted:google -:id
Groq                           agno,phi             service:hosted:groq -:id
Ollama                         agno,phi             model:ollama   -:id
AssistantAgent                 autogen*,ag2         service:agent  -:none
ConversableAgent               autogen*,ag2         service:agent  -:none
OpenAIChatCompletionClient     autogen*             service:hosted:openai -:model gap
AnthropicChatCompletionClient  autogen*             service:hosted:anthropic -:model
OllamaChatCompletionClient     autogen*             model:ollama   -:model
AzureOpenAIChatCompletionClient autogen*            service:azure  -:azure_deployment,model
ChatCompletionAgent            semantic_kernel      service:agent  -:none
OpenAIChatCompletion           semantic_kernel      service:hosted:openai -:ai_model_id
AzureChatCompletion            semantic_kernel      service:azure  -:deployment_name
OpenAITextEmbedding            semantic_kernel      service:hosted:openai -:ai_model_id
OllamaChatCompletion           semantic_kernel      model:ollama   -:ai_model_id
create_react_agent             langgraph            service:agent  0:model
create_supervisor              langgraph_supervisor service:agent  -:model
create_tool_calling_agent      langchain*           none:none      -:none
FunctionAgent                  llama_index          service:agent  -:none
ReActAgent                     llama_index          service:agent  -:none
OpenAIEmbeddingFunction        chromadb             service:hosted:openai -:model_name
OllamaEmbeddingFunction        chromadb             model:ollama   -:model_name
CohereEmbeddingFunction        chromadb             service:hosted:cohere -:model_name
models.LlamaCpp                guidance             model:weights  0:model
models.Transformers            guidance             model:hub      0:model
models.OpenAI                  guidance             service:hosted:openai 0:model
models.transformers            outlines             model:hub      0:model_name
models.openai                  outlines             service:hosted:openai 0:model_name
models.llamacpp                outlines             model:repo     0:repo_id
models.vllm                    outlines             model:hub      0:model_name
from_transformers              outlines             none:none      -:none
HFLM                           lm_eval              model:hub      -:pretrained
HookedTransformer.from_pretrained transformer_lens  model:hub      0:model_name gap
LanguageModel                  nnsight              model:hub      0:model
FastMCP                        mcp,fastmcp          tool:mcp       0:name
Server                         mcp.server           tool:mcp       0:name
StdioServerParameters          mcp,smolagents,crewai_tools,crewai,google,langchain*,autogen* tool:mcp-command -:command
MCPServerStdio                 agents,pydantic_ai   tool:mcp-command 0:command
StdioServerParams              autogen*             tool:mcp-command -:command
StdioConnectionParams          google               none:none      -:none
sse_client                     mcp                  tool:mcp-url   0:url
streamablehttp_client          mcp                  tool:mcp-url   0:url
streamable_http_client         mcp                  tool:mcp-url   0:url
MCPServerSse                   agents,pydantic_ai   tool:mcp-url   -:url
MCPServerSSE                   pydantic_ai          tool:mcp-url   0:url
MCPServerStreamableHttp        agents               tool:mcp-url   -:params
MCPServerStreamableHTTP        pydantic_ai          tool:mcp-url   0:url
MCPServerHTTP                  pydantic_ai          tool:mcp-url   0:url
SseServerParams                autogen*,google      tool:mcp-url   -:url
SseConnectionParams            google               tool:mcp-url   -:url
StreamableHTTPConnectionParams google               tool:mcp-url   -:url
HostedMCPTool                  agents               none:none      -:none
BasicMCPClient                 llama_index          tool:mcp-url   0:command_or_url
fastmcp.Client                 fastmcp              tool:mcp-url   0:transport
MultiServerMCPClient           langchain_mcp_adapters tool:mcp-table 0:connections
tool                           langchain*,smolagents,crewai,crewai_tools,strands,transformers tool:decorated 0:name
function_tool                  agents               tool:decorated 0:name
tool                           mcp,fastmcp          tool:decorated 0:name
tool()                         mcp,fastmcp,langchain*,crewai,crewai_tools,strands tool:decorated 0:name
function_tool()                agents               tool:decorated 0:name
Agent().tool                   pydantic_ai          tool:decorated 0:name
Agent().tool_plain             pydantic_ai          tool:decorated 0:name
Agent().tool()                 pydantic_ai          tool:decorated 0:name
Agent().tool_plain()           pydantic_ai          tool:decorated 0:name
Tool                           langchain*           tool:named     0:name
StructuredTool.from_function   langchain*           tool:named     -:name
FunctionTool.from_defaults     llama_index          tool:named     -:name
FunctionTool                   autogen*,google      tool:named     -:name
PromptTemplate                 langchain*,llama_index prompt:text  0:template
PromptTemplate.from_template   langchain*           prompt:text    0:template
ChatPromptTemplate.from_template langchain*         prompt:text    0:template
SystemMessagePromptTemplate.from_template langchain* prompt:text   0:template
HumanMessagePromptTemplate.from_template langchain* prompt:text    0:template
ChatPromptTemplate.from_messages langchain*         prompt:messages 0:messages
ChatPromptTemplate             langchain*           prompt:messages 0:messages
SystemMessage                  langchain*           prompt:text    0:content
hub.pull                       langchain*           prompt:is:langsmith 0:owner_repo_commit
pull_prompt                    langsmith            prompt:is:langsmith 0:prompt_identifier
get_prompt                     langfuse             prompt:is:langfuse 0:name
load_prompt                    mlflow               prompt:mlflow  0:name_or_uri
TavilySearchResults            langchain*           service:only:tavily/search -:none
TavilySearch                   langchain*           service:only:tavily/search -:none
SerpAPIWrapper                 langchain*           service:only:serpapi/search -:none
Pinecone                       pinecone             service:only:pinecone/vector-store -:none
PineconeVectorStore            langchain*,llama_index service:only:pinecone/vector-store -:none
connect_to_weaviate_cloud      weaviate             service:only:weaviate/cloud -:none
connect_to_wcs                 weaviate             service:only:weaviate/cloud -:none
QdrantClient                   qdrant_client        service:qdrant -:url
"""
